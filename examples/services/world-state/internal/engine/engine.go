// Package engine drives a world with a steady tick and lets many goroutines use it.
package engine

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"worldstate/internal/world"
)

// queueLength bounds what a tick has to do, whatever the players send.
const queueLength = 1024

// ErrBusy means that more commands came than a tick takes.
var ErrBusy = errors.New("too many commands for this tick")

// Engine owns a world.
type Engine struct {
	mutex    sync.RWMutex
	world    *world.World
	queue    []world.Command
	interval time.Duration
}

// New returns an engine that doesn't run yet.
func New(w *world.World, ticksPerSecond int) *Engine {
	return &Engine{world: w, interval: time.Second / time.Duration(ticksPerSecond)}
}

// Run ticks until the context ends.
func (e *Engine) Run(ctx context.Context) {
	ticker := time.NewTicker(e.interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			e.Step()
		}
	}
}

// Step does one tick.
//
// A tick always covers the same time, even when it comes late: so the result depends on
// the commands alone.
func (e *Engine) Step() {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	commands := e.queue
	e.queue = nil
	for _, rejection := range e.world.Step(commands, e.interval.Seconds()) {
		slog.Info("command rejected", "entity", rejection.Command.Entity, "reason", rejection.Reason)
	}
}

// Submit queues a command and returns the tick that will carry it out.
func (e *Engine) Submit(command world.Command) (uint64, error) {
	if err := command.Check(); err != nil {
		return 0, err
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if len(e.queue) >= queueLength {
		return 0, ErrBusy
	}
	e.queue = append(e.queue, command)
	return e.world.Tick() + 1, nil
}

// Tick returns the number of ticks done.
func (e *Engine) Tick() uint64 {
	e.mutex.RLock()
	defer e.mutex.RUnlock()
	return e.world.Tick()
}

// Snapshot returns every entity.
func (e *Engine) Snapshot() world.View {
	e.mutex.RLock()
	defer e.mutex.RUnlock()
	return e.world.Snapshot()
}

// Changes returns what is different from an earlier tick.
func (e *Engine) Changes(since uint64) world.View {
	e.mutex.RLock()
	defer e.mutex.RUnlock()
	return e.world.Changes(since)
}

// Near returns the entities within a radius around a place.
func (e *Engine) Near(centre world.Vector, radius float64) world.View {
	e.mutex.RLock()
	defer e.mutex.RUnlock()
	return e.world.Near(centre, radius)
}
