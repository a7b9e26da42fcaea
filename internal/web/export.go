package web

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tidings/ent"
	entrun "tidings/ent/run"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/outreach/access"
	"tidings/outreach/delivery"
	"tidings/outreach/fault"
	"tidings/outreach/outcome"
)

const (
	exportPage     = 1_000            // deliveries read at once: the memory of an export
	exportPatience = 30 * time.Second // for the browser to take a page
)

// Export serves files of what the API shows in pages:
//
//	GET /export/imports/{id}.csv    the rows of an import that were not taken
//	GET /export/deliveries?task=…[&run=…][&status=FAILED,NOT_SENT][&reason=…][&target=…][&locale=en-US]
//
// CSV in UTF-8 with a byte-order mark, which Excel wants; the header in the
// viewer's language, times in the project's zone.
//
// SECURITY: deliveries need analysis.send_detail.advanced, imports data.import; every export is in the audit log.
func Export(db *database.DB, log *slog.Logger) http.Handler {
	e := &exporter{db: db, log: log}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /export/deliveries", e.deliveries)
	mux.HandleFunc("GET /export/imports/{file}", e.refusedRows)
	mux.HandleFunc("/export/", func(w http.ResponseWriter, r *http.Request) {
		Fail(w, r, log, fault.Errorf(fault.NotFound, "there is no such export"))
	})
	return mux
}

type exporter struct {
	db  *database.DB
	log *slog.Logger
}

func (e *exporter) deliveries(w http.ResponseWriter, r *http.Request) {
	task, query, err := e.prepare(r)
	if err != nil {
		if ent.IsNotFound(err) {
			err = fault.Errorf(fault.NotFound, "there is no such task")
		}
		Fail(w, r, e.log, err)
		return
	}
	who := access.From(r.Context())
	zone, err := time.LoadLocation(who.Project.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	locale := r.URL.Query().Get("locale")
	if locale == "" {
		locale = who.Account.Locale
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="deliveries-%s.csv"`, task.ID))
	h.Set("Cache-Control", "no-store")
	if err = e.write(w, r, query, &sheet{chinese: !strings.HasPrefix(locale, "en"), zone: zone}); err != nil {
		if r.Context().Err() == nil {
			e.log.ErrorContext(r.Context(), "export", slog.String("request_id", RequestID(r.Context())), slog.Any("error", err))
		}
		panic(http.ErrAbortHandler) // the browser must not take half a file for a whole one
	}
}

// prepare checks everything that can be refused, and writes the audit entry.
func (e *exporter) prepare(r *http.Request) (*ent.Task, outcome.Query, error) {
	ctx, in := r.Context(), r.URL.Query()
	query := outcome.Query{Limit: exportPage}
	if err := access.Require(ctx, access.DetailAdvanced); err != nil {
		return nil, query, err
	}
	for _, name := range split(in["status"]) {
		s := delivery.ParseStatus(name)
		if s == 0 {
			return nil, query, fault.At("status", "UNKNOWN", "there is no status %q", name)
		}
		query.Filter.Statuses = append(query.Filter.Statuses, s)
	}
	query.Filter.Reasons, query.Filter.Target = split(in["reason"]), in.Get("target")
	task, err := e.db.Ent.Task.Get(ctx, in.Get("task"))
	if err != nil {
		return nil, query, err
	}
	runs := e.db.Ent.Run.Query().Where(entrun.TaskID(task.ID)).Order(ent.Desc(entrun.FieldPlannedAt, entrun.FieldNum))
	if id := in.Get("run"); id != "" {
		runs.Where(entrun.ID(id))
	}
	if query.Runs, err = runs.All(ctx); err != nil {
		return nil, query, fmt.Errorf("read runs: %w", err)
	}
	if in.Get("run") != "" && len(query.Runs) == 0 {
		return nil, query, fault.Errorf(fault.NotFound, "the task has no such run")
	}
	err = e.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		return access.Audit(ctx, tx, "delivery.export", task.ID, task.Name,
			map[string]any{"run": in.Get("run"), "status": in["status"], "reason": in["reason"]})
	})
	return task, query, err
}

func split(values []string) []string {
	var out []string
	for _, v := range values {
		for part := range strings.SplitSeq(v, ",") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

func (e *exporter) write(w http.ResponseWriter, r *http.Request, query outcome.Query, s *sheet) error {
	outcomes := outcome.Reader{DB: e.db}
	control := http.NewResponseController(w)
	if _, err := w.Write([]byte("\ufeff")); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(s.header()); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	for {
		// A slow browser may take its time for the file, but not for ever for a page of it.
		if err := control.SetWriteDeadline(clock.Wall().Add(exportPatience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return fmt.Errorf("set deadline: %w", err)
		}
		rows, err := outcomes.Page(r.Context(), query)
		if err != nil {
			return err
		}
		for _, row := range rows {
			cells, err := s.row(row)
			if err != nil {
				return err
			}
			if err = out.Write(cells); err != nil {
				return fmt.Errorf("write: %w", err)
			}
		}
		out.Flush()
		if err = out.Error(); err != nil {
			return fmt.Errorf("write: %w", err)
		}
		if len(rows) < query.Limit {
			return nil
		}
		last := rows[len(rows)-1].Key()
		query.After = &last
	}
}

// sheet is how the file looks to its reader.
type sheet struct {
	chinese  bool
	zone     *time.Location
	contents outcome.Contents
}

func (s *sheet) header() []string {
	if s.chinese {
		return []string{"明细ID", "执行ID", "计划时间", "用户编号", "发送目标ID", "状态", "原因", "原因说明", "通道原文", "消息ID", "发送内容", "尝试次数", "发起时间", "完成时间"}
	}
	return []string{
		"Delivery", "Run", "Planned at", "Person", "Target ID", "Status", "Reason", "Explanation", "Channel's words", "Message ID",
		"Content", "Tries", "Claimed at", "Settled at",
	}
}

var statusWords = map[delivery.Status][2]string{
	delivery.Sending: {"发送中", "Sending"}, delivery.Sent: {"发送成功", "Sent"}, delivery.Failed: {"发送失败", "Failed"},
	delivery.NotSent: {"未发送", "Not sent"}, delivery.Unconfirmed: {"待确认", "Unconfirmed"}, delivery.Deferred: {"稍后发送", "Deferred"},
}

func (s *sheet) row(row outcome.Row) ([]string, error) {
	params, err := s.contents.Of(row)
	if err != nil {
		return nil, err
	}
	said := make([]string, len(params))
	for i, p := range params {
		said[i] = p.Label + ": " + p.Value
	}
	status := delivery.Status(row.Status)
	zh, en, _ := outcome.Explain(status, row.Reason)
	explained, state := en, statusWords[status][1]
	if s.chinese {
		explained, state = zh, statusWords[status][0]
	}
	settled := ""
	if row.SettledAt != nil {
		settled = s.time(*row.SettledAt)
	}
	cells := []string{
		row.Key().String(), row.Run.ID, s.time(row.Run.PlannedAt), strconv.FormatInt(row.Delivery.ID, 10), row.Target, state, row.Reason,
		explained, row.Text, row.MessageID, strings.Join(said, "; "), strconv.Itoa(row.Tries), s.time(row.ClaimedAt), settled,
	}
	for i := range cells {
		cells[i] = harmless(cells[i])
	}
	return cells, nil
}

func (s *sheet) time(t time.Time) string { return t.In(s.zone).Format("2006-01-02 15:04:05") }

// harmless keeps a spreadsheet from running a cell as a formula.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
