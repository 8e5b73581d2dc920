// Package config reads the service's settings from its environment.
package config

import (
	"fmt"
	"strconv"
)

// Settings is what can be chosen from outside.
type Settings struct {
	Port           int
	TicksPerSecond int
	WorldSize      int
}

// Read returns the settings; an unset variable means its default.
func Read(getenv func(string) string) (Settings, error) {
	settings := Settings{}
	for _, variable := range []struct {
		name                       string
		target                     *int
		fallback, minimum, maximum int
	}{
		{"PORT", &settings.Port, 8000, 1, 65535},
		{"TICKS_PER_SECOND", &settings.TicksPerSecond, 20, 1, 1000},
		{"WORLD_SIZE", &settings.WorldSize, 1000, 10, 100_000},
	} {
		text := getenv(variable.name)
		if text == "" {
			*variable.target = variable.fallback
			continue
		}
		value, err := strconv.Atoi(text)
		if err != nil || value < variable.minimum || value > variable.maximum {
			return Settings{}, fmt.Errorf("%s must be a whole number from %d to %d, not %q",
				variable.name, variable.minimum, variable.maximum, text)
		}
		*variable.target = value
	}
	return settings, nil
}
