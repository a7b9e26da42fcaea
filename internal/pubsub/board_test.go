package pubsub

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// at is noon and some.
func at(d time.Duration) time.Time { return noon.Add(d) }

func woken(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func TestSubscribersAreWokenAtMostOnceASecondAndEveryFiveAnyway(t *testing.T) {
	t.Parallel()
	b := newBoard()
	one, other := b.subscribe("tsk_1", noon), b.subscribe("tsk_2", noon)

	var wakes []time.Duration
	for d := time.Duration(0); d <= 10*time.Second; d += tick {
		if d < 3*time.Second {
			b.changed("tsk_1") // changes all the time, then falls silent
		}
		b.wake(at(d))
		if woken(one) {
			wakes = append(wakes, d)
		}
	}
	require.Equal(t, []time.Duration{time.Second, 2 * time.Second, 3 * time.Second, 8 * time.Second}, wakes,
		"the last change is told after its second, then every 5 s")
	require.True(t, woken(other), "nothing changed, but it is told to look")
	require.False(t, woken(other), "a wake-up not taken is one, not two")
}

func TestTopicIsPublishedAtMostOnceIn300msAndItsLastChangeAlways(t *testing.T) {
	t.Parallel()
	b := newBoard()
	var sent []time.Duration
	for d := time.Duration(0); d <= 2*time.Second; d += tick {
		if d <= 700*time.Millisecond {
			b.publish("tsk_1")
		}
		if names, all := b.take(at(d)); len(names) > 0 {
			require.Equal(t, []string{"tsk_1"}, names)
			require.False(t, all)
			sent = append(sent, d)
		}
	}
	require.Equal(t, []time.Duration{0, 300 * time.Millisecond, 600 * time.Millisecond, 900 * time.Millisecond}, sent)
	require.Empty(t, b.waiting)
	require.Empty(t, b.published, "nothing is remembered for long")
}

func TestTooManyTopicsAreEverything(t *testing.T) {
	t.Parallel()
	b := newBoard()
	for i := range maxWaiting + 5 {
		b.publish(fmt.Sprint("tsk_", i))
	}
	require.Len(t, b.waiting, maxWaiting)
	names, all := b.take(noon)
	require.True(t, all)
	require.Empty(t, names)
	require.Empty(t, b.waiting)
	_, all = b.take(at(time.Second))
	require.False(t, all)
}

func TestUnsubscribedTopicIsForgotten(t *testing.T) {
	t.Parallel()
	b := newBoard()
	one, two := b.subscribe("tsk_1", noon), b.subscribe("tsk_1", noon)
	b.unsubscribe("tsk_1", one)
	b.unsubscribe("tsk_1", one)
	b.changed("tsk_1")
	b.wake(at(time.Second))
	require.False(t, woken(one))
	require.True(t, woken(two))
	b.unsubscribe("tsk_1", two)
	b.unsubscribe("tsk_1", two)
	require.Empty(t, b.topics)
}

func TestStoppingProcessPublishesWhatWaits(t *testing.T) {
	t.Parallel()
	b := newBoard()
	b.publish("tsk_1")
	b.take(noon)
	b.publish("tsk_1")
	names, _ := b.take(at(tick))
	require.Empty(t, names)
	names, _ = b.takeRest(at(tick))
	require.Equal(t, []string{"tsk_1"}, names)
}
