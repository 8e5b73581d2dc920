/**
 * Packages that are large, or of very many files, by normalised name: copying them takes most of the
 * time of an installation, and most of the disk.
 */
const LARGE = new Set(
  `
  torch torchaudio torchvision triton tensorflow tensorflow-cpu keras jax jaxlib onnxruntime onnxruntime-gpu
  transformers tokenizers spacy sentence-transformers faiss-cpu xgboost lightgbm catboost
  numpy scipy pandas polars pyarrow duckdb scikit-learn scikit-image numba llvmlite pyspark statsmodels sympy
  opencv-python opencv-python-headless opencv-contrib-python opencv-contrib-python-headless pillow matplotlib
  plotly bokeh playwright pymupdf
  botocore awscli kubernetes google-api-python-client google-cloud-aiplatform grpcio grpcio-tools cryptography
  ansible django sqlalchemy babel asyncpg psycopg-binary psycopg2-binary pydantic-core redis
  `.match(/\S+/g),
)

const REQUIREMENT =
  /^([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*==\s*[^\s;,*]+(?:\s+--hash[= ]\s*\S+)*$/
/** Says where packages come from, or of which kind they are. */
const SOURCE =
  /^(?:-i|--index-url|--extra-index-url|--pre|--no-binary|--only-binary|--prefer-binary|--require-hashes|--trusted-host)(?:[\s=]|$)/
/** Other files, whose texts are given too where they are requirements. */
const INCLUDE = /^(?:(?:-r|--requirement|-c|--constraint)(?!.*:\/\/)|-e|--editable)(?:[\s=]|[^\s-])/

/**
 * Finds the large packages that requirements name with an exact version. They can be installed first,
 * in a layer that all services with the same ones share, and that stays when another package changes:
 * whatever else is required, these versions are.
 *
 * @param texts of requirement files, without comments; not those of constraints
 * @returns lines of a requirement file, with hashes and the options that say where packages come
 *   from; none when no package is large, or an option is not understood
 */
export function largeRequirements(texts: readonly string[]): string[] {
  const lines = texts
    .flatMap((text) => text.replace(/\\\n/g, " ").split("\n"))
    .map((line) => line.trim().replace(/\s+/g, " "))
  const options = lines.filter((line) => line.startsWith("-") && !INCLUDE.test(line))
  const packages = lines.filter((line) => LARGE.has(normalised(REQUIREMENT.exec(line)?.[1] ?? "")))
  if (packages.length === 0 || !options.every((line) => SOURCE.test(line))) return []
  return [...new Set([...options, ...packages.sort()])]
}

/** https://peps.python.org/pep-0503/#normalized-names */
function normalised(name: string): string {
  return name.replace(/[-_.]+/g, "-").toLowerCase()
}
