// Package world is the simulation: entities that move through a square, tick by tick.
// The same commands in the same ticks always lead to the same world.
package world

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
)

// MaxSpeed is how far an entity can get in a second.
const MaxSpeed = 100.0

// Entity is something in the world.
type Entity struct {
	Name     string `json:"name"`
	Place    Vector `json:"place"`
	Velocity Vector `json:"velocity"`
}

// View is the world, or the part that changed, at a tick.
type View struct {
	Tick     uint64   `json:"tick"`
	Full     bool     `json:"full"`
	Entities []Entity `json:"entities"`
	Removed  []string `json:"removed,omitempty"`
}

// Rejection is a command that the world couldn't follow, and why.
type Rejection struct {
	Command Command
	Reason  string
}

// World holds all entities. It isn't safe for use by several goroutines.
type World struct {
	size     float64
	tick     uint64
	entities map[string]Entity
	grid     *grid
	history  history
}

// New returns an empty square world.
func New(size int) *World {
	width := float64(size)
	return &World{size: width, entities: map[string]Entity{}, grid: newGrid(width)}
}

// Tick returns the number of steps done.
func (w *World) Tick() uint64 {
	return w.tick
}

// Step carries out the commands in order, then moves everything by so many seconds.
func (w *World) Step(commands []Command, seconds float64) []Rejection {
	w.tick++
	touched, removed := map[string]bool{}, map[string]bool{}
	var rejections []Rejection
	for _, command := range commands {
		if err := w.apply(command); err != nil {
			rejections = append(rejections, Rejection{command, err.Error()})
			continue
		}
		isGone := command.Kind == Despawn
		touched[command.Entity], removed[command.Entity] = !isGone, isGone
	}
	for name, entity := range w.entities {
		if entity.Velocity == (Vector{}) {
			continue
		}
		w.put(w.moved(entity, seconds))
		touched[name] = true
	}
	w.history.record(change{w.tick, namesIn(touched), namesIn(removed)})
	return rejections
}

// Snapshot returns every entity.
func (w *World) Snapshot() View {
	return View{Tick: w.tick, Full: true, Entities: w.sorted(slices.Collect(maps.Keys(w.entities)))}
}

// Changes returns what is different from an earlier tick, or everything if that tick is
// too long ago.
func (w *World) Changes(since uint64) View {
	touched, removed, ok := w.history.since(since, w.tick)
	if !ok {
		return w.Snapshot()
	}
	gone := namesIn(removed)
	slices.Sort(gone)
	return View{Tick: w.tick, Entities: w.sorted(namesIn(touched)), Removed: gone}
}

// Near returns the entities within a radius around a place.
func (w *World) Near(centre Vector, radius float64) View {
	return View{Tick: w.tick, Entities: w.sorted(w.grid.near(centre, radius))}
}

func (w *World) apply(command Command) error {
	entity, exists := w.entities[command.Entity]
	switch command.Kind {
	case Spawn:
		if exists {
			return fmt.Errorf("%s exists already", command.Entity)
		}
		if !w.contains(command.Place) {
			return fmt.Errorf("the place is outside of the world, which is %g wide", w.size)
		}
		velocity := command.Velocity.limit(MaxSpeed)
		w.put(Entity{command.Entity, command.Place, velocity})
		return nil
	case Steer:
		if !exists {
			return fmt.Errorf("%s does not exist", command.Entity)
		}
		entity.Velocity = command.Velocity.limit(MaxSpeed)
		w.put(entity)
		return nil
	case Despawn:
		if !exists {
			return fmt.Errorf("%s does not exist", command.Entity)
		}
		w.grid.remove(entity.Name, entity.Place)
		delete(w.entities, entity.Name)
		return nil
	default:
		return fmt.Errorf("unknown kind %q", command.Kind)
	}
}

func (w *World) put(entity Entity) {
	if before, exists := w.entities[entity.Name]; exists {
		w.grid.remove(before.Name, before.Place)
	}
	w.entities[entity.Name] = entity
	w.grid.put(entity.Name, entity.Place)
}

func (w *World) moved(entity Entity, seconds float64) Entity {
	next := entity.Place.add(entity.Velocity.scale(seconds))
	entity.Place.X, entity.Velocity.X = bounce(next.X, entity.Velocity.X, w.size)
	entity.Place.Y, entity.Velocity.Y = bounce(next.Y, entity.Velocity.Y, w.size)
	return entity
}

func (w *World) contains(place Vector) bool {
	return place.X >= 0 && place.X <= w.size && place.Y >= 0 && place.Y <= w.size
}

func (w *World) sorted(names []string) []Entity {
	entities := make([]Entity, 0, len(names))
	for _, name := range names {
		if entity, exists := w.entities[name]; exists {
			entities = append(entities, entity)
		}
	}
	slices.SortFunc(entities, func(a, b Entity) int { return cmp.Compare(a.Name, b.Name) })
	return entities
}

// bounce reflects a coordinate that has left 0..size, and the speed with it.
func bounce(place, speed, size float64) (float64, float64) {
	if place >= 0 && place <= size {
		return place, speed
	}
	// Unfolded, the way back and forth repeats after twice the size; the first half of
	// it runs forwards. So even a long step ends inside.
	period := math.Mod(place, 2*size)
	if period < 0 {
		period += 2 * size
	}
	walls := math.Floor(place / size)
	if math.Mod(walls, 2) != 0 {
		speed = -speed
	}
	if period > size {
		period = 2*size - period
	}
	return period, speed
}

func namesIn(set map[string]bool) []string {
	names := []string{}
	for name, isIn := range set {
		if isIn {
			names = append(names, name)
		}
	}
	return names
}
