package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"worldstate/internal/world"
)

func spawn(name string) world.Command {
	return world.Command{Kind: world.Spawn, Entity: name, Place: world.Vector{X: 1, Y: 1}}
}

func TestACommandIsDoneByTheTickThatWasPromised(t *testing.T) {
	e := New(world.New(100), 20)
	e.Step()

	tick, err := e.Submit(spawn("a"))
	if err != nil {
		t.Fatal(err)
	}

	if e.Step(); e.Tick() != tick || len(e.Snapshot().Entities) != 1 {
		t.Errorf("promised %d: got %+v", tick, e.Snapshot())
	}
}

func TestAFullQueueRefusesUntilTheNextTick(t *testing.T) {
	e := New(world.New(100), 20)
	for number := range queueLength {
		if _, err := e.Submit(spawn(fmt.Sprint(number))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := e.Submit(spawn("late")); !errors.Is(err, ErrBusy) {
		t.Errorf("got %v", err)
	}

	e.Step()

	if _, err := e.Submit(spawn("late")); err != nil {
		t.Errorf("after the tick: %v", err)
	}
}

func TestAnUnusableCommandIsNotQueued(t *testing.T) {
	e := New(world.New(100), 20)
	if _, err := e.Submit(world.Command{Kind: "fly", Entity: "a"}); err == nil {
		t.Error("got no error")
	}
}

func TestCommandsFromManyPlayersAreAllDone(t *testing.T) {
	e := New(world.New(100), 1000)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		e.Run(ctx)
	}()

	var players sync.WaitGroup
	for player := range 8 {
		players.Go(func() {
			for number := range 50 {
				if _, err := e.Submit(spawn(fmt.Sprintf("p%d-%d", player, number))); err != nil {
					t.Error(err)
				}
				e.Changes(0)
			}
		})
	}
	players.Wait()
	cancel()
	<-ended
	e.Step()

	if got := len(e.Snapshot().Entities); got != 400 {
		t.Errorf("got %d entities", got)
	}
}
