package config

import (
	"strings"
	"testing"
)

func environment(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestUnsetVariablesMeanDefaults(t *testing.T) {
	settings, err := Read(environment(nil))
	if err != nil {
		t.Fatal(err)
	}
	if want := (Settings{Port: 8000, TicksPerSecond: 20, WorldSize: 1000}); settings != want {
		t.Errorf("got %+v, want %+v", settings, want)
	}
}

func TestSetVariablesAreTaken(t *testing.T) {
	settings, err := Read(environment(map[string]string{"PORT": "9", "WORLD_SIZE": "50"}))
	if err != nil {
		t.Fatal(err)
	}
	if settings.Port != 9 || settings.WorldSize != 50 {
		t.Errorf("got %+v", settings)
	}
}

func TestUnusableVariablesAreNamed(t *testing.T) {
	for name, text := range map[string]string{
		"PORT":             "http",
		"TICKS_PER_SECOND": "0",
		"WORLD_SIZE":       "1e3",
	} {
		_, err := Read(environment(map[string]string{name: text}))
		if err == nil || !strings.HasPrefix(err.Error(), name+" must be a whole number") {
			t.Errorf("%s=%s: got %v", name, text, err)
		}
	}
}
