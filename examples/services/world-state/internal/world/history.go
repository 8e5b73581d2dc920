package world

// historyLength is how many ticks a client may miss and still get only the changes.
const historyLength = 200

// change is what one tick did: the entities that are new or different, or gone.
type change struct {
	tick    uint64
	touched []string
	removed []string
}

// history keeps the last changes in a ring.
type history struct {
	ring [historyLength]change
}

func (h *history) record(c change) {
	h.ring[c.tick%historyLength] = c
}

// since returns the names touched and removed after a tick; false means that the ring
// doesn't reach back that far.
func (h *history) since(tick, now uint64) (touched, removed map[string]bool, ok bool) {
	if tick > now || now-tick > historyLength {
		return nil, nil, false
	}
	touched, removed = map[string]bool{}, map[string]bool{}
	for number := tick + 1; number <= now; number++ {
		step := h.ring[number%historyLength]
		for _, name := range step.touched {
			touched[name] = true
			delete(removed, name)
		}
		for _, name := range step.removed {
			removed[name] = true
			delete(touched, name)
		}
	}
	return touched, removed, true
}
