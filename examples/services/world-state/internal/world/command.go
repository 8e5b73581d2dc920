package world

import (
	"fmt"
	"regexp"
)

// Kind says what a command does.
type Kind string

// The commands that a world understands.
const (
	Spawn   Kind = "spawn"
	Steer   Kind = "steer"
	Despawn Kind = "despawn"
)

// Command is what a player wants to happen at the next tick.
type Command struct {
	Kind   Kind   `json:"kind"`
	Entity string `json:"entity"`
	// Place is where an entity appears, Velocity is how it moves from then on.
	Place    Vector `json:"place"`
	Velocity Vector `json:"velocity"`
}

var entityName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// Check returns what is wrong with a command whatever the state of the world is.
func (c Command) Check() error {
	switch {
	case c.Kind != Spawn && c.Kind != Steer && c.Kind != Despawn:
		return fmt.Errorf("kind must be %s, %s or %s, not %q", Spawn, Steer, Despawn, c.Kind)
	case !entityName.MatchString(c.Entity):
		return fmt.Errorf("entity must be 1 to 64 letters, digits, - or _, not %q", c.Entity)
	case !c.Place.isFinite() || !c.Velocity.isFinite():
		return fmt.Errorf("place and velocity must be finite numbers")
	}
	return nil
}
