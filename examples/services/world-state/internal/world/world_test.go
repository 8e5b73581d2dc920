package world

import (
	"fmt"
	"math"
	"reflect"
	"testing"
)

func spawn(name string, x, y, vx, vy float64) Command {
	return Command{Kind: Spawn, Entity: name, Place: Vector{x, y}, Velocity: Vector{vx, vy}}
}

func steer(name string, vx, vy float64) Command {
	return Command{Kind: Steer, Entity: name, Velocity: Vector{vx, vy}}
}

func despawn(name string) Command {
	return Command{Kind: Despawn, Entity: name}
}

func namesOf(view View) []string {
	names := []string{}
	for _, entity := range view.Entities {
		names = append(names, entity.Name)
	}
	return names
}

func mustStep(t *testing.T, w *World, commands ...Command) {
	t.Helper()
	if rejections := w.Step(commands, 1); len(rejections) > 0 {
		t.Fatalf("rejected: %+v", rejections)
	}
}

func TestEntitiesMoveWithTheirVelocity(t *testing.T) {
	w := New(100)
	mustStep(t, w, spawn("a", 10, 10, 0, 0))
	mustStep(t, w, steer("a", 3, 4))
	mustStep(t, w)

	want := Entity{"a", Vector{16, 18}, Vector{3, 4}}
	if got := w.Snapshot().Entities[0]; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestWallsReflect(t *testing.T) {
	for _, test := range []struct{ place, speed, wantPlace, wantSpeed float64 }{
		{100, 50, 100, 50},
		{105, 10, 95, -10},
		{-5, -10, 5, 10},
		{-1, -1, 1, 1},
		{215, 120, 15, 120},
		{310, 220, 90, -220},
		{-120, -120, 80, -120},
	} {
		place, speed := bounce(test.place, test.speed, 100)
		if place != test.wantPlace || speed != test.wantSpeed {
			t.Errorf("%v at %v: got %v at %v", test.place, test.speed, place, speed)
		}
	}
}

func TestNothingEverLeavesTheWorld(t *testing.T) {
	w := New(10)
	mustStep(t, w, spawn("fast", 3, 7, 61.7, -38.9))
	for range 1000 {
		mustStep(t, w)
		if place := w.Snapshot().Entities[0].Place; !w.contains(place) {
			t.Fatalf("tick %d: at %+v", w.Tick(), place)
		}
	}
}

func TestSpeedIsLimitedAndKeepsItsDirection(t *testing.T) {
	w := New(1000)
	mustStep(t, w, spawn("a", 500, 500, 0, 0), steer("a", 300, 400))

	velocity := w.Snapshot().Entities[0].Velocity
	if math.Abs(velocity.X-60) > 1e-9 || math.Abs(velocity.Y-80) > 1e-9 {
		t.Errorf("got %+v", velocity)
	}
}

func TestImpossibleCommandsAreRejectedAndTheRestIsDone(t *testing.T) {
	w := New(100)
	mustStep(t, w, spawn("a", 1, 1, 0, 0))

	rejections := w.Step([]Command{
		spawn("a", 2, 2, 0, 0),
		spawn("outside", 101, 0, 0, 0),
		steer("ghost", 1, 1),
		despawn("ghost"),
		spawn("b", 5, 5, 0, 0),
	}, 1)

	if len(rejections) != 4 {
		t.Errorf("got %d rejections: %+v", len(rejections), rejections)
	}
	if got := namesOf(w.Snapshot()); !reflect.DeepEqual(got, []string{"a", "b"}) {
		t.Errorf("got %v", got)
	}
}

func TestChangesHoldOnlyWhatChanged(t *testing.T) {
	w := New(1000)
	mustStep(t, w, spawn("still", 1, 1, 0, 0), spawn("moving", 5, 5, 1, 0), spawn("leaving", 9, 9, 0, 0))
	since := w.Tick()
	mustStep(t, w, despawn("leaving"))

	changes := w.Changes(since)

	if changes.Full || !reflect.DeepEqual(namesOf(changes), []string{"moving"}) {
		t.Errorf("got %+v", changes)
	}
	if !reflect.DeepEqual(changes.Removed, []string{"leaving"}) {
		t.Errorf("removed: %v", changes.Removed)
	}
}

func TestAnEntityThatCameBackIsNotReportedAsRemoved(t *testing.T) {
	w := New(1000)
	mustStep(t, w, spawn("a", 1, 1, 0, 0))
	since := w.Tick()
	mustStep(t, w, despawn("a"))
	mustStep(t, w, spawn("a", 2, 2, 0, 0))

	changes := w.Changes(since)

	if len(changes.Removed) != 0 || !reflect.DeepEqual(namesOf(changes), []string{"a"}) {
		t.Errorf("got %+v", changes)
	}
}

func TestAClientThatMissedTooMuchGetsEverything(t *testing.T) {
	w := New(1000)
	mustStep(t, w, spawn("still", 1, 1, 0, 0))
	for range historyLength {
		mustStep(t, w)
	}

	if changes := w.Changes(1); changes.Full || len(changes.Entities) != 0 {
		t.Errorf("within the history: got %+v", changes)
	}
	mustStep(t, w)
	if changes := w.Changes(1); !changes.Full || len(changes.Entities) != 1 {
		t.Errorf("beyond the history: got %+v", changes)
	}
}

func TestATickFromTheFutureGetsEverything(t *testing.T) {
	w := New(1000)
	mustStep(t, w, spawn("a", 1, 1, 0, 0))

	if changes := w.Changes(99); !changes.Full {
		t.Errorf("got %+v", changes)
	}
}

func TestChangesLeadFromOneSnapshotToTheNext(t *testing.T) {
	w := New(100)
	known := map[string]Entity{}
	last := w.Tick()
	for tick := range 300 {
		commands := []Command{}
		if tick%3 == 0 {
			commands = append(commands, spawn(fmt.Sprintf("e%d", tick), float64(tick%100), 50, float64(tick%7), 1))
		}
		if tick > 30 && tick%5 == 0 {
			commands = append(commands, despawn(fmt.Sprintf("e%d", tick-30)))
		}
		w.Step(commands, 0.05)
		if tick%4 != 0 {
			continue
		}
		changes := w.Changes(last)
		for _, entity := range changes.Entities {
			known[entity.Name] = entity
		}
		for _, name := range changes.Removed {
			delete(known, name)
		}
		last = changes.Tick
		if got := w.Snapshot().Entities; len(got) != len(known) {
			t.Fatalf("tick %d: %d entities, the client knows %d", tick, len(got), len(known))
		}
	}
	for _, entity := range w.Snapshot().Entities {
		if last == w.Tick() && known[entity.Name] != entity {
			t.Errorf("the client has %+v for %+v", known[entity.Name], entity)
		}
	}
}

func TestNearAgreesWithASearchThroughAll(t *testing.T) {
	w := New(400)
	for number := range 200 {
		x, y := float64(number*37%401), float64(number*91%401)
		mustStep(t, w, spawn(fmt.Sprintf("e%d", number), x, y, 5, -3))
	}
	for _, radius := range []float64{0, 10, 75, 300, 5000} {
		centre := Vector{200, 130}
		want := []string{}
		for _, entity := range w.Snapshot().Entities {
			if entity.Place.add(centre.scale(-1)).length() <= radius {
				want = append(want, entity.Name)
			}
		}
		if got := namesOf(w.Near(centre, radius)); !reflect.DeepEqual(got, want) {
			t.Errorf("radius %v: got %d, want %d", radius, len(got), len(want))
		}
	}
}

func TestNearCopesWithPlacesFarOutside(t *testing.T) {
	w := New(100_000)
	mustStep(t, w, spawn("a", 0, 0, 0, 0))
	for _, test := range []struct {
		x, radius float64
		want      int
	}{
		{math.MaxFloat64, 1, 0},
		{-math.MaxFloat64, 1, 0},
		{-30, 30, 1},
		{-30, 29, 0},
		{0, math.MaxFloat64, 1},
		{1e300, math.MaxFloat64, 1},
	} {
		if got := namesOf(w.Near(Vector{test.x, 0}, test.radius)); len(got) != test.want {
			t.Errorf("%v around %v: got %v", test.radius, test.x, got)
		}
	}
}

func TestTheSameCommandsLeadToTheSameWorld(t *testing.T) {
	play := func() View {
		w := New(100)
		for tick := range 100 {
			w.Step([]Command{spawn(fmt.Sprintf("e%d", tick), 1, 2, float64(tick), 3)}, 0.05)
		}
		return w.Snapshot()
	}
	if first, second := play(), play(); !reflect.DeepEqual(first, second) {
		t.Error("two runs differ")
	}
}

func TestCommandsAreCheckedWithoutAWorld(t *testing.T) {
	for _, test := range []struct {
		command Command
		isGood  bool
	}{
		{spawn("a", 1, 1, 0, 0), true},
		{Command{Kind: "fly", Entity: "a"}, false},
		{steer("", 1, 1), false},
		{steer("no spaces", 1, 1), false},
		{steer("a", math.Inf(1), 0), false},
		{spawn("a", math.NaN(), 0, 0, 0), false},
	} {
		if err := test.command.Check(); (err == nil) != test.isGood {
			t.Errorf("%+v: got %v", test.command, err)
		}
	}
}
