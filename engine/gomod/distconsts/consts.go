// Package distconsts is this distribution's table of constants for the Dagger
// engine: where the kit puts what the engine looks for at run time.
//
// Dagger keeps its own table out of the Go module it publishes, so that every
// distribution brings one. Ours differs in one idea: everything lives under
// one mount point that exists only inside the engine's own mount namespace
// (engine/lib/namespace.mjs). The compiled paths therefore never depend on
// where the kit's cache folder is, and two engines on one host don't collide.
package distconsts

// Root is the mount point, inside the engine's mount namespace, of everything
// the kit made.
const Root = "/run/pipeline-engine"

const (
	// EngineContainerName is only used when the CLI starts an engine as a
	// container; the kit's CLI is told its engine's address instead.
	EngineContainerName = "dagger-engine.dev"

	DefaultEngineSockAddr = "unix://" + Root + "/engine.sock"
)

const (
	RuncPath       = Root + "/runc"
	DaggerInitPath = Root + "/bin/dagger-init"

	EngineDefaultStateDir = Root + "/state"

	EngineContainerBuiltinContentDir   = Root + "/content"
	GoSDKManifestDigestEnvName         = "DAGGER_GO_SDK_MANIFEST_DIGEST"
	PythonSDKManifestDigestEnvName     = "DAGGER_PYTHON_SDK_MANIFEST_DIGEST"
	TypescriptSDKManifestDigestEnvName = "DAGGER_TYPESCRIPT_SDK_MANIFEST_DIGEST"
)

// Images that the engine itself starts (the default of Directory.terminal).
// The kit serves Debian under its official name and no Alpine.
const (
	AlpineVersion = "bookworm-slim"
	AlpineImage   = "debian:" + AlpineVersion

	GolangVersion = "1.26"
	GolangImage   = "golang:" + GolangVersion

	BusyboxVersion = "bookworm-slim"
	BusyboxImage   = "debian:" + BusyboxVersion
)

const (
	OCIVersionAnnotation = "org.opencontainers.image.version"
)

// EngineCustomCACertsDir is an empty folder on purpose: with certificates in
// it the engine runs update-ca-certificates in every step (measured: 5.7 s
// instead of 0.4 s). The kit bakes the host's bundle into its base images.
const (
	EngineCustomCACertsDir = Root + "/ca"
)
