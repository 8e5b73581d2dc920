/** The pipeline's own tools, apart from everything that a service installs. */
export const TOOLS = "/opt/tools"
export const UV = `${TOOLS}/bin/uv`

/** What the pipeline installs for every Python service. */
export const TOOL_PACKAGES = ["uv==0.9.11", "ruff==0.14.6"]

/** Virtual environment with exactly what the service is shipped with. */
export const SHIPPED_ENVIRONMENT = "/opt/shipped"
/** Virtual environment that also has what only the tests need. */
export const TEST_ENVIRONMENT = "/opt/venv"
