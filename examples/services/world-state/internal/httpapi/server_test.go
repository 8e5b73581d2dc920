package httpapi

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"worldstate/internal/engine"
	"worldstate/internal/world"
)

// game is a server whose world moves only when a test says so.
type game struct {
	t       *testing.T
	engine  *engine.Engine
	handler http.Handler
}

func newGame(t *testing.T) game {
	e := engine.New(world.New(100), 10)
	return game{t, e, New(e)}
}

func (g game) do(method, path, body string) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	g.handler.ServeHTTP(recorder, httptest.NewRequest(method, path, strings.NewReader(body)))
	return recorder
}

func (g game) view(path string) world.View {
	g.t.Helper()
	answer := g.do("GET", path, "")
	var view world.View
	if err := json.Unmarshal(answer.Body.Bytes(), &view); err != nil || answer.Code != http.StatusOK {
		g.t.Fatalf("%s: %d %s", path, answer.Code, answer.Body)
	}
	return view
}

func TestHealthAnswersBeforeTheFirstTickAndReadyAfterIt(t *testing.T) {
	g := newGame(t)
	if code := g.do("GET", "/health", "").Code; code != http.StatusOK {
		t.Errorf("health: %d", code)
	}
	if code := g.do("GET", "/ready", "").Code; code != http.StatusServiceUnavailable {
		t.Errorf("ready before the first tick: %d", code)
	}
	g.engine.Step()
	if code := g.do("GET", "/ready", "").Code; code != http.StatusOK {
		t.Errorf("ready after the first tick: %d", code)
	}
}

func TestACommandChangesTheStateAtTheNextTick(t *testing.T) {
	g := newGame(t)
	answer := g.do("POST", "/commands",
		`{"kind":"spawn","entity":"nova","place":{"x":10,"y":20},"velocity":{"x":5,"y":0}}`)
	if answer.Code != http.StatusAccepted || strings.TrimSpace(answer.Body.String()) != `{"tick":1}` {
		t.Fatalf("got %d %s", answer.Code, answer.Body)
	}
	if entities := g.view("/state").Entities; len(entities) != 0 {
		t.Errorf("before the tick: %+v", entities)
	}

	g.engine.Step()

	want := world.Entity{Name: "nova", Place: world.Vector{X: 10.5, Y: 20}, Velocity: world.Vector{X: 5}}
	if entities := g.view("/state").Entities; len(entities) != 1 || entities[0] != want {
		t.Errorf("after the tick: %+v", entities)
	}
}

func TestChangesAndNearAreViewsOfTheSameWorld(t *testing.T) {
	g := newGame(t)
	g.do("POST", "/commands", `{"kind":"spawn","entity":"near","place":{"x":10,"y":10}}`)
	g.engine.Step()
	g.do("POST", "/commands", `{"kind":"spawn","entity":"far","place":{"x":90,"y":90}}`)
	g.engine.Step()

	if view := g.view("/changes?since=1"); len(view.Entities) != 1 || view.Entities[0].Name != "far" {
		t.Errorf("changes: %+v", view)
	}
	if view := g.view("/near?x=0&y=0&radius=20"); len(view.Entities) != 1 || view.Entities[0].Name != "near" {
		t.Errorf("near: %+v", view)
	}
}

func TestBadInputIsRefusedWithTheReason(t *testing.T) {
	g := newGame(t)
	for _, test := range []struct {
		method, path, body string
		code               int
		detail             string
	}{
		{"POST", "/commands", `{`, 400, "no command"},
		{"POST", "/commands", `{"kind":"spawn","entity":"a","plase":{}}`, 400, "plase"},
		{"POST", "/commands", `{"kind":"fly","entity":"a"}`, 422, "kind must be"},
		{"POST", "/commands", strings.Repeat(" ", largestBody+1) + "{}", 400, "too large"},
		{"GET", "/changes", "", 400, "since must be"},
		{"GET", "/changes?since=-1", "", 400, "since must be"},
		{"GET", "/near?x=1&y=2", "", 400, "radius must be"},
		{"GET", "/near?x=1&y=NaN&radius=1", "", 400, "y must be"},
		{"GET", "/near?x=1&y=1&radius=-1", "", 400, "negative"},
	} {
		answer := g.do(test.method, test.path, test.body)
		if answer.Code != test.code || !strings.Contains(answer.Body.String(), test.detail) {
			t.Errorf("%s %s: got %d %s", test.method, test.path, answer.Code, answer.Body)
		}
	}
}

func TestAFullQueueAsksToComeAgain(t *testing.T) {
	g := newGame(t)
	body := `{"kind":"steer","entity":"a"}`
	for range 2000 {
		if answer := g.do("POST", "/commands", body); answer.Code != http.StatusAccepted {
			if answer.Code != http.StatusServiceUnavailable || answer.Header().Get("Retry-After") == "" {
				t.Errorf("got %d %v", answer.Code, answer.Header())
			}
			return
		}
	}
	t.Error("the queue never fills")
}
