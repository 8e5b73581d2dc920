import { X509Certificate } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g

/**
 * The certificates in a PEM bundle, by fingerprint.
 *
 * @param {string} bundle
 * @returns {Map<string, string>} SHA-256 fingerprint → PEM text
 */
export function certificates(bundle) {
  const found = new Map()
  for (const [pem] of bundle.matchAll(PEM)) {
    try {
      found.set(new X509Certificate(pem).fingerprint256, pem)
    } catch {
      // A bundle may hold a certificate this OpenSSL refuses; nobody can be using it.
    }
  }
  return found
}

/**
 * What this host trusts: the bundles its own tools are told to use, or the system's.
 *
 * @returns {string} PEM texts, joined
 */
export function hostBundle() {
  const candidates = [
    process.env.SSL_CERT_FILE,
    process.env.NODE_EXTRA_CA_CERTS,
    "/etc/ssl/certs/ca-certificates.crt",
  ]
  const files = [...new Set(candidates)].filter((file) => file !== undefined && existsSync(file))
  return files.map((file) => readFileSync(/** @type {string} */ (file), "utf8")).join("\n")
}

/**
 * The certificates a host trusts beyond a distribution's own: a company's proxy, for instance.
 *
 * @param {string} host PEM bundle
 * @param {string} distribution PEM bundle
 * @returns {string[]} PEM texts
 */
export function extraCertificates(host, distribution) {
  const known = certificates(distribution)
  return [...certificates(host)]
    .filter(([fingerprint]) => !known.has(fingerprint))
    .map(([, pem]) => pem)
}
