package person

import (
	"context"
	"fmt"
	"math"

	"tidings/internal/database"
)

// takeSQL moves the project's mark. In: how many numbers, project number. Out:
// the first number behind the block.
const takeSQL = `UPDATE projects SET next_person = next_person + ? WHERE num = ? RETURNING next_person`

// ID is the key of a person's row: the project's number above the person's.
func ID(projectNum int64, num uint32) int64 { return projectNum<<32 | int64(num) }

// Num is the person's number in an ID.
func Num(id int64) uint32 { return uint32(id & math.MaxUint32) } //nolint:gosec // the lower half is meant

// Take hands out n numbers that nobody else gets and returns the first. It must
// not be called inside a transaction: the project's row would stay locked.
func Take(ctx context.Context, db *database.DB, projectNum int64, n int) (uint32, error) {
	var next int64
	if err := db.SQL.QueryRowContext(ctx, db.Rebind(takeSQL), n, projectNum).Scan(&next); err != nil {
		return 0, fmt.Errorf("take %d person numbers: %w", n, err)
	}
	if next > math.MaxUint32 {
		return 0, fmt.Errorf("project %d has used up its person numbers", projectNum)
	}
	return uint32(next - int64(n)), nil //nolint:gosec // checked above
}
