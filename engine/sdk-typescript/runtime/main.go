// Runtime of the TypeScript SDK for the native kit: how the engine turns a
// module's sources into a container that answers its calls.
//
// It does what the runtime of the official engine does, in an order that suits
// a pipeline that is edited and called many times a day: everything that costs
// seconds (dependencies, the scan for types, the transformation to JavaScript)
// is a cached layer of its own, keyed on exactly the files it reads, and a call
// starts plain Node on one file.
package main

import (
	"context"
	"fmt"
	"path"
	"slices"

	"dagger/typescript-sdk/internal/dagger"
)

const (
	moduleRoot      = "/src"
	kitPath         = "/opt/pipeline-sdk"
	bundlePath      = "/opt/module"
	descriptionPath = "/opt/description.json"
	schemaPath      = "/schema.json"
	libraryPath     = "opt/pipeline-sdk/library"
)

// TypescriptSdk is the SDK, as the engine asks for it.
type TypescriptSdk struct {
	// +private
	Image *dagger.Directory
}

// New is called by the engine with the root of the SDK's image.
func New(
	// +optional
	sdkSourceDir *dagger.Directory,
) *TypescriptSdk {
	return &TypescriptSdk{Image: sdkSourceDir}
}

// module is one module's place in the engine and in the container.
type module struct {
	name   string
	folder string
	source *dagger.Directory
	client *dagger.File
}

// ModuleRuntime gives the container in which the module answers calls.
func (sdk *TypescriptSdk) ModuleRuntime(
	ctx context.Context,
	modSource *dagger.ModuleSource,
	introspectionJSON *dagger.File,
) (*dagger.Container, error) {
	mod, err := sdk.load(ctx, modSource, introspectionJSON)
	if err != nil {
		return nil, err
	}
	dependencies, err := sdk.withDependencies(ctx, mod)
	if err != nil {
		return nil, err
	}
	bundle := sdk.withSources(dependencies, mod).
		WithExec([]string{"node", path.Join(kitPath, "bundle.mjs"), mod.folder, bundlePath}).
		Directory(bundlePath)
	return sdk.base().
		WithMountedDirectory(bundlePath, bundle).
		WithMountedFile(descriptionPath, sdk.description(mod)).
		// A module reads its own files where the official runtime has them. Asking the engine for them
		// generates the client once more in each call.
		WithMountedDirectory(mod.folder, mod.source).
		WithEnvVariable("PIPELINE_MODULE", mod.folder).
		// The engine mounts a scratch folder as the working directory of a call.
		WithEntrypoint([]string{"node", "--no-deprecation", path.Join(bundlePath, "main.mjs"), descriptionPath}), nil
}

// ModuleTypes gives the container that tells the engine the module's types,
// which saves evaluating the module just to read them.
func (sdk *TypescriptSdk) ModuleTypes(
	ctx context.Context,
	modSource *dagger.ModuleSource,
	introspectionJSON *dagger.File,
	outputFilePath string,
) (*dagger.Container, error) {
	mod, err := sdk.load(ctx, modSource, introspectionJSON)
	if err != nil {
		return nil, err
	}
	return sdk.base().
		WithMountedFile(descriptionPath, sdk.description(mod)).
		WithEntrypoint([]string{"node", path.Join(kitPath, "register.mjs"), descriptionPath, outputFilePath}), nil
}

// description scans the module for its types: one layer for whoever asks, which
// doesn't wait for the module's packages.
func (sdk *TypescriptSdk) description(mod *module) *dagger.File {
	return sdk.withSources(sdk.base().WithWorkdir(mod.folder), mod).
		WithExec([]string{"node", path.Join(kitPath, "describe.mjs"), mod.name, mod.folder, descriptionPath}).
		File(descriptionPath)
}

// Codegen gives what `dagger develop` writes into a checkout: the client, for
// editors. The sources come along: currentModule().source() is made from this.
func (sdk *TypescriptSdk) Codegen(
	ctx context.Context,
	modSource *dagger.ModuleSource,
	introspectionJSON *dagger.File,
) (*dagger.GeneratedCode, error) {
	mod, err := sdk.load(ctx, modSource, introspectionJSON)
	if err != nil {
		return nil, err
	}
	folder := path.Join(".", mod.folder[len(moduleRoot):])
	generated := dag.Directory().
		WithDirectory(folder, mod.source).
		WithDirectory(path.Join(folder, "sdk"), sdk.library(mod))
	return dag.GeneratedCode(generated).
		WithVCSGeneratedPaths([]string{"sdk/**"}).
		WithVCSIgnoredPaths([]string{"sdk", "**/node_modules/**"}), nil
}

// load finds the module's place and generates its client.
func (sdk *TypescriptSdk) load(
	ctx context.Context,
	modSource *dagger.ModuleSource,
	introspectionJSON *dagger.File,
) (*module, error) {
	name, err := modSource.ModuleOriginalName(ctx)
	if err != nil {
		return nil, fmt.Errorf("could not read the module's name: %w", err)
	}
	subPath, err := modSource.SourceSubpath(ctx)
	if err != nil {
		return nil, fmt.Errorf("could not read the module's source path: %w", err)
	}
	folder := path.Join(moduleRoot, subPath)
	const generated = "sdk/src/api/client.gen.ts"
	client := sdk.base().
		WithMountedFile(schemaPath, introspectionJSON).
		WithExec([]string{
			"codegen", "generate-module",
			"--lang", "typescript",
			"--output", moduleRoot,
			"--module-name", name,
			"--module-source-path", folder,
			"--introspection-json-path", schemaPath,
			"--bundle",
		}, dagger.ContainerWithExecOpts{ExperimentalPrivilegedNesting: true}).
		File(path.Join(folder, generated))
	return &module{
		name:   name,
		folder: folder,
		source: modSource.ContextDirectory().Directory(subPath),
		client: client,
	}, nil
}

// base is the SDK's image itself, which is a root file system: loading a module needs no registry, and
// nothing is copied. A root file system that is a sub-folder of something is copied out by the engine
// after every step, which reads all of its files: more than a second for each call of a function.
func (sdk *TypescriptSdk) base() *dagger.Container {
	return dag.Container().
		WithRootfs(sdk.Image).
		WithEnvVariable("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin").
		WithEnvVariable("HOME", "/root").
		// The root file system trusts what the host trusts; Node's own list doesn't.
		WithEnvVariable("NODE_OPTIONS", "--use-openssl-ca").
		WithEnvVariable("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt")
}

// withDependencies installs the module's packages; only its manifests decide whether that runs.
func (sdk *TypescriptSdk) withDependencies(ctx context.Context, mod *module) (*dagger.Container, error) {
	ctr := sdk.base().WithWorkdir(mod.folder)
	present, err := mod.source.Entries(ctx)
	if err != nil {
		return nil, fmt.Errorf("could not list the module's files: %w", err)
	}
	if !slices.Contains(present, "package.json") {
		return ctr, nil
	}
	for _, manifest := range []string{"package.json", "package-lock.json", ".npmrc"} {
		if slices.Contains(present, manifest) {
			// One by one: the engine knows a file by its content, but a folder by
			// the whole upload it came from, and would install after every edit.
			ctr = ctr.WithFile(manifest, mod.source.File(manifest))
		}
	}
	return ctr.
		WithMountedCache("/root/.npm", dag.CacheVolume("npm")).
		WithExec([]string{"npm", "install", "--omit=dev", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"}), nil
}

// withSources lays the module's files and the SDK's library where imports find them.
func (sdk *TypescriptSdk) withSources(ctr *dagger.Container, mod *module) *dagger.Container {
	return ctr.
		WithDirectory("src", mod.source.Directory("src")).
		WithDirectory("sdk", sdk.library(mod)).
		// A link, not a copy: two copies would be two sets of classes.
		WithExec([]string{"sh", "-c", "mkdir -p node_modules/@dagger.io && ln -sfn ../../sdk node_modules/@dagger.io/dagger"})
}

// library is the package `@dagger.io/dagger` of this module.
func (sdk *TypescriptSdk) library(mod *module) *dagger.Directory {
	return sdk.Image.Directory(libraryPath).WithFile("client.gen.ts", mod.client)
}
