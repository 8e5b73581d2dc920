// Package httpapi is the service's HTTP interface.
package httpapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"

	"worldstate/internal/engine"
	"worldstate/internal/world"
)

const largestBody = 64 * 1024

type server struct {
	engine *engine.Engine
}

// New returns the handler of all routes.
func New(e *engine.Engine) http.Handler {
	s := server{e}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", s.health)
	mux.HandleFunc("GET /ready", s.ready)
	mux.HandleFunc("POST /commands", s.command)
	mux.HandleFunc("GET /state", s.state)
	mux.HandleFunc("GET /changes", s.changes)
	mux.HandleFunc("GET /near", s.near)
	return mux
}

func (s server) health(w http.ResponseWriter, _ *http.Request) {
	send(w, http.StatusOK, map[string]string{"status": "ok", "service": "world-state"})
}

// ready waits for the first tick: before it nobody can tell whether the world moves.
func (s server) ready(w http.ResponseWriter, _ *http.Request) {
	tick := s.engine.Tick()
	if tick == 0 {
		send(w, http.StatusServiceUnavailable, map[string]any{"status": "not ready", "tick": tick})
		return
	}
	send(w, http.StatusOK, map[string]any{"status": "ready", "tick": tick})
}

func (s server) command(w http.ResponseWriter, r *http.Request) {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, largestBody))
	// A misspelt field would otherwise be a silent zero.
	decoder.DisallowUnknownFields()
	var command world.Command
	if err := decoder.Decode(&command); err != nil {
		refuse(w, http.StatusBadRequest, fmt.Errorf("the body is no command: %w", err))
		return
	}
	tick, err := s.engine.Submit(command)
	if errors.Is(err, engine.ErrBusy) {
		w.Header().Set("Retry-After", "1")
		refuse(w, http.StatusServiceUnavailable, err)
		return
	}
	if err != nil {
		refuse(w, http.StatusUnprocessableEntity, err)
		return
	}
	send(w, http.StatusAccepted, map[string]uint64{"tick": tick})
}

func (s server) state(w http.ResponseWriter, _ *http.Request) {
	send(w, http.StatusOK, s.engine.Snapshot())
}

func (s server) changes(w http.ResponseWriter, r *http.Request) {
	text := r.URL.Query().Get("since")
	since, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		refuse(w, http.StatusBadRequest, fmt.Errorf("since must be the number of a tick, not %q", text))
		return
	}
	send(w, http.StatusOK, s.engine.Changes(since))
}

func (s server) near(w http.ResponseWriter, r *http.Request) {
	numbers, err := readNumbers(r.URL.Query(), "x", "y", "radius")
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	if numbers[2] < 0 {
		refuse(w, http.StatusBadRequest, errors.New("radius must not be negative"))
		return
	}
	centre := world.Vector{X: numbers[0], Y: numbers[1]}
	send(w, http.StatusOK, s.engine.Near(centre, numbers[2]))
}

func readNumbers(query url.Values, names ...string) ([]float64, error) {
	numbers := make([]float64, 0, len(names))
	for _, name := range names {
		number, err := strconv.ParseFloat(query.Get(name), 64)
		if err != nil || math.IsNaN(number) || math.IsInf(number, 0) {
			return nil, fmt.Errorf("%s must be a number, not %q", name, query.Get(name))
		}
		numbers = append(numbers, number)
	}
	return numbers, nil
}

func refuse(w http.ResponseWriter, status int, err error) {
	send(w, status, map[string]any{
		"status": status,
		"title":  http.StatusText(status),
		"detail": err.Error(),
	})
}

func send(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A client that went away is the only reason for this to fail; it needs no answer.
	_ = json.NewEncoder(w).Encode(body)
}
