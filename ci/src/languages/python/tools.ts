/** The pipeline's own tools, apart from everything that a service installs. */
export const TOOLS = "/opt/tools"
export const UV = `${TOOLS}/bin/uv`

/** Virtual environment with exactly what the service is shipped with. */
export const SHIPPED_ENVIRONMENT = "/opt/shipped"
/** Virtual environment that also has what only the tests need. */
export const TEST_ENVIRONMENT = "/opt/venv"
