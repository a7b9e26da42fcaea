package startstop

import (
	"context"
	"sync"
	"time"
)

// reporter is the part of testing.TB that Stress needs, so that no product
// binary links the testing package.
type reporter interface {
	Helper()
	Context() context.Context
	Errorf(format string, args ...any)
}

// Stress starts and stops a service again and again, from several goroutines at
// once, as restarts and signals do; run it under -race. Afterwards the service
// is stopped.
func Stress(t reporter, service Service) {
	t.Helper()
	const rounds, goroutines, patience = 10, 4, 10 * time.Second
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for range rounds {
				if err := service.Start(ctx); err != nil {
					t.Errorf("start: %v", err)
				}
				if err := service.Stop(ctx); err != nil {
					t.Errorf("stop: %v", err)
				}
			}
		})
	}
	wg.Wait()

	if err := service.Stop(ctx); err != nil {
		t.Errorf("stop of a stopped service: %v", err)
	}
	if err := service.Start(ctx); err != nil {
		t.Errorf("start after stop: %v", err)
	}
	if err := service.Stop(ctx); err != nil {
		t.Errorf("last stop: %v", err)
	}
}
