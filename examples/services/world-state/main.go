// Command world-state runs the simulation of the game world and serves it over HTTP.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"worldstate/internal/config"
	"worldstate/internal/engine"
	"worldstate/internal/httpapi"
	"worldstate/internal/world"
)

const shutdownGrace = 10 * time.Second

func main() {
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stderr, nil)))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, os.Getenv); err != nil {
		fmt.Fprintln(os.Stderr, "world-state:", err)
		os.Exit(1)
	}
}

// run serves until the context ends, then finishes the open requests.
func run(ctx context.Context, getenv func(string) string) error {
	settings, err := config.Read(getenv)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", fmt.Sprintf(":%d", settings.Port))
	if err != nil {
		return fmt.Errorf("listen on PORT %d: %w", settings.Port, err)
	}
	simulation := engine.New(world.New(settings.WorldSize), settings.TicksPerSecond)
	go simulation.Run(ctx)

	server := &http.Server{
		Handler:           httpapi.New(simulation),
		ReadHeaderTimeout: 5 * time.Second,
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		shutDownWith(ctx, server)
	}()
	slog.Info("listening", "port", settings.Port, "ticks_per_second", settings.TicksPerSecond)
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	// Serve returns when the shutdown begins; the open requests end with it.
	<-drained
	return nil
}

// shutDownWith closes the server when the context ends, and waits for open requests.
func shutDownWith(ctx context.Context, server *http.Server) {
	<-ctx.Done()
	grace, cancel := context.WithTimeout(context.Background(), shutdownGrace)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		slog.Warn("requests were cut off", "error", err)
	}
}
