import { TOOLS } from "./tools.js"

/** uv's settings for PyPI. */
const SETTINGS = `${TOOLS}/pypi.toml`

/**
 * The shell command that writes uv's settings for PyPI: for how long its answers hold, as PyPI itself says with each.
 * A file never changes, a list of a package's files may after ten minutes. Mirrors and proxies that leave this out have
 * uv ask for every list and for the metadata of every package again at each installation.
 *
 * The address is the one that the image's pip knows. Where pip does not tell, there are no settings.
 *
 * https://docs.astral.sh/uv/concepts/indexes/#customizing-cache-control-headers
 */
export const WRITE_PYPI_SETTINGS = `if url=$(python -c 'from pip._internal.models.index import PyPI; print(PyPI.simple_url)'); then cat > ${SETTINGS} <<EOF
[[index]]
name = "pypi"
url = "$url"
default = true
cache-control = { api = "max-age=600", files = "max-age=365000000, immutable" }
EOF
fi`

/** Options of requirement files, settings of uv, and sources of Poetry and PDM. */
const INDEX =
  /^\s*(?:-[if]|--(?:extra-)?index-url|--find-links|--no-index)|^\[+tool\.uv\b|^\[\[tool\.(?:poetry|pdm)\.source\]\]/m
/** What it says is known to the installer only. */
const REMOTE = /^\s*(?:-r|--requirement|-c|--constraint)[\s=]*[a-z][a-z0-9+.-]*:/im

/**
 * Whether files that decide an installation may name another index than PyPI, or are uv's settings.
 * PyPI's settings would win over them.
 *
 * @param texts of requirement files and project files
 */
export function mayNameIndex(texts: readonly string[]): boolean {
  return texts.some((text) => INDEX.test(text) || REMOTE.test(text))
}

/** The shell command that makes uv follow PyPI's settings, unless the image has some of its own. */
export const FOLLOW_PYPI = `[ ! -e ${SETTINGS} ] || [ -e /etc/uv/uv.toml ] || [ -e ~/.config/uv/uv.toml ] || env | grep -q -E '^UV_([A-Z_]*INDEX|CONFIG|NO_CONFIG|FIND_LINKS)' || export UV_CONFIG_FILE=${SETTINGS}`
