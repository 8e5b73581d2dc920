package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"testing"
)

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

func environment(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestItServesUntilItIsTold(t *testing.T) {
	port := freePort(t)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, environment(map[string]string{"PORT": fmt.Sprint(port)})) }()

	waitForHealth(t, port, ended)
	stop()

	if err := <-ended; err != nil {
		t.Errorf("ended with %v", err)
	}
}

func TestAnUnusableSettingEndsIt(t *testing.T) {
	err := run(context.Background(), environment(map[string]string{"PORT": "http"}))
	if err == nil {
		t.Error("got no error")
	}
}

func TestATakenPortEndsIt(t *testing.T) {
	listener, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	port := fmt.Sprint(listener.Addr().(*net.TCPAddr).Port)

	if err := run(context.Background(), environment(map[string]string{"PORT": port})); err == nil {
		t.Error("got no error")
	}
}

func waitForHealth(t *testing.T, port int, ended <-chan error) {
	t.Helper()
	for {
		select {
		case err := <-ended:
			t.Fatalf("ended early: %v", err)
		default:
		}
		answer, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/health", port))
		if err != nil {
			continue
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("health: %d", answer.StatusCode)
		}
		return
	}
}
