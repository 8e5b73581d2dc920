/**
 * Takes secrets out of whatever is printed, stored or handed on.
 *
 * Scanners are run so that they hide what they found; this is for what gets past that: error
 * texts, code that a tool quotes, URLs with a password.
 */

const HIDDEN = "[hidden]"

/**
 * What is hidden, and by what. Also read by Python (`ci/scanners/run.py`), so only what means the
 * same in both.
 */
export const REDACTIONS: readonly [RegExp, string][] = [
  // user:password@ in an address
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@:'"]*:[^\s/@'"]+@/gi, `$1${HIDDEN}@`],
  [
    /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?(?:-----END \1-----|$)/g,
    `-----BEGIN $1----- ${HIDDEN}`,
  ],
  [/\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/g, HIDDEN],
  [/\bgh[pousr]_[A-Za-z0-9]{20,}\b/g, HIDDEN],
  [/\bgithub_pat_[A-Za-z0-9_]{20,}\b/g, HIDDEN],
  [/\bglpat-[A-Za-z0-9_-]{20,}/g, HIDDEN],
  [/\bxox[abeoprs]-[A-Za-z0-9-]{10,}/g, HIDDEN],
  [/\b[rs]k_(?:live|test)_[A-Za-z0-9]{10,}\b/g, HIDDEN],
  [/\bnpm_[A-Za-z0-9]{30,}\b/g, HIDDEN],
  [/\bpypi-[A-Za-z0-9_-]{50,}/g, HIDDEN],
  [/\bAIza[A-Za-z0-9_-]{35}/g, HIDDEN],
  [/\bey[JK][A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*/g, HIDDEN],
  [
    /\b((?:authorization|proxy-authorization)["']?\s*[:=]\s*["']?(?:bearer|basic|token)\s+)[^\s"']+/gi,
    `$1${HIDDEN}`,
  ],
  [
    /\b([\w-]*(?:password|passwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)[\w-]*["']?\s*(?:=>|[:=])\s*)(?:(["'])(?:(?!\2).){4,}\2|[^\s"',;)}\]]{8,})/gi,
    `$1$2${HIDDEN}$2`,
  ],
]

/**
 * Hides secrets in a text.
 *
 * @param known secrets that are known by value, such as one that a scanner reported
 */
export function redact(text: string, known: readonly string[] = []): string {
  let result = text
  // The longest first: one secret can be part of another.
  for (const secret of [...known].sort((one, other) => other.length - one.length))
    if (secret.trim().length >= 4) result = result.replaceAll(secret, HIDDEN)
  for (const [pattern, replacement] of REDACTIONS) result = result.replace(pattern, replacement)
  return result
}
