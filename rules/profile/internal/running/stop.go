package main

import (
	"context"
	"fmt"
)

// stopTimes prints how long each service takes to stop, alone and as the first
// process of a PID namespace: there, a signal without a handler does nothing.
func (s *session) stopTimes(ctx context.Context) error {
	return s.each(ctx, s.jobs, func(ctx context.Context, v *service) error {
		plain, ok := s.plain(ctx, v)
		if !ok {
			return nil
		}
		without := s.try(ctx, v, plain, v.limit())
		with := s.try(ctx, v, withSettings(plain, []setting{{"PrivatePIDs", "yes"}}), v.limit())
		fmt.Printf("%-18s %8v without, %8v with PrivatePIDs %s\n", v.name, without.stop, with.stop, with.seen)
		return nil
	})
}
