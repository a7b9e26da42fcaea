package bench

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"tidings/internal/database"
)

// ticksPerSecond is what Linux counts processes' time in, on every machine Go runs on.
const ticksPerSecond = 100

// postgresCPU is what the database server has used so far, in ms: its main
// process, whose account has those that have ended, and its children. It is
// false where the server is on another machine, or this one is not Linux.
func postgresCPU(ctx context.Context, db *database.DB) (float64, bool) {
	var backend int
	if err := db.SQL.QueryRowContext(ctx, `SELECT pg_backend_pid()`).Scan(&backend); err != nil {
		return 0, false
	}
	one, ok := readStat(strconv.Itoa(backend))
	if !ok || !strings.HasPrefix(one.name, "postgres") {
		return 0, false
	}
	main, ok := readStat(one.parent)
	if !ok {
		return 0, false
	}
	ticks := main.ticks + main.endedTicks
	dirs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, false
	}
	for _, dir := range dirs {
		if p, ok := readStat(filepath.Base(dir)); ok && p.parent == one.parent {
			ticks += p.ticks
		}
	}
	return float64(ticks) * 1000 / ticksPerSecond, true
}

type stat struct {
	name, parent      string
	ticks, endedTicks int64 // its own, and of children that have ended
}

// readStat reads /proc/PID/stat: pid (name) state ppid …, the times from the 14th field on.
func readStat(pid string) (stat, bool) {
	text, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return stat{}, false
	}
	open, closing := bytes.IndexByte(text, '('), bytes.LastIndexByte(text, ')')
	if open < 0 || closing < open {
		return stat{}, false
	}
	fields := strings.Fields(string(text[closing+1:]))
	if len(fields) < 15 {
		return stat{}, false
	}
	var times [4]int64
	for i := range times {
		if times[i], err = strconv.ParseInt(fields[11+i], 10, 64); err != nil {
			return stat{}, false
		}
	}
	return stat{name: string(text[open+1 : closing]), parent: fields[1], ticks: times[0] + times[1], endedTicks: times[2] + times[3]}, true
}

// redisCPU is what the Redis server has used so far, in ms.
func redisCPU(ctx context.Context, rdb redis.UniversalClient) (float64, bool) {
	info, err := rdb.Info(ctx, "cpu").Result()
	if err != nil {
		return 0, false
	}
	sum := 0.0
	for line := range strings.Lines(info) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || (key != "used_cpu_sys" && key != "used_cpu_user") {
			continue
		}
		seconds, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return 0, false
		}
		sum += seconds * 1000
	}
	return sum, true
}
