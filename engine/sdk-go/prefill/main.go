// Fills the Go SDK image's module and build caches: this program is compiled
// in the image while the kit builds it, because a module's generated client
// imports the same packages. With empty caches the first load of a module took
// 100 to 150 s.
package main

import (
	"context"
	"fmt"

	"dagger.io/dagger"
	"dagger.io/dagger/querybuilder"
	"dagger.io/dagger/telemetry"
	"golang.org/x/sync/errgroup"
)

func main() {
	ctx := telemetry.InitEmbedded(context.Background(), nil)
	defer telemetry.Close()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		client, err := dagger.Connect(ctx)
		if err != nil {
			return err
		}
		return client.Close()
	})
	fmt.Println(querybuilder.Query(), group.Wait())
}
