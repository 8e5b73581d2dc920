module dagger/typescript-sdk

go 1.25.0
