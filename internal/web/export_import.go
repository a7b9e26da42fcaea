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

	"tidings/ent"
	"tidings/ent/importerror"
	"tidings/internal/clock"
	"tidings/outreach/access"
	"tidings/outreach/fault"
)

// refusedRows is the error report of an import: which rows were not taken, the
// column, the rule and the cell. Cells come from outside, so formulas are made harmless.
func (e *exporter) refusedRows(w http.ResponseWriter, r *http.Request) {
	in, err := e.reported(r)
	if err != nil {
		if ent.IsNotFound(err) {
			err = fault.Errorf(fault.NotFound, "there is no such import")
		}
		Fail(w, r, e.log, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="import-%s.csv"`, in.ID))
	h.Set("Cache-Control", "no-store")
	locale := r.URL.Query().Get("locale")
	if locale == "" {
		locale = access.From(r.Context()).Account.Locale
	}
	header := []string{"Row", "Column", "Rule", "Value"}
	if !strings.HasPrefix(locale, "en") {
		header = []string{"行号", "列", "规则", "内容"}
	}
	if err = e.writeRefused(w, r, in, header); err != nil {
		if r.Context().Err() == nil {
			e.log.ErrorContext(r.Context(), "export", slog.String("request_id", RequestID(r.Context())), slog.Any("error", err))
		}
		panic(http.ErrAbortHandler) // the browser must not take half a file for a whole one
	}
}

// reported checks who asks, and writes the audit entry.
// SECURITY: the import is read through the store, so it is the viewer's project's.
func (e *exporter) reported(r *http.Request) (*ent.DataImport, error) {
	ctx := r.Context()
	if err := access.Require(ctx, access.DataImport); err != nil {
		return nil, err
	}
	importID, ok := strings.CutSuffix(r.PathValue("file"), ".csv")
	if !ok {
		return nil, fault.Errorf(fault.NotFound, "there is no such export")
	}
	in, err := e.db.Ent.DataImport.Get(ctx, importID)
	if err != nil {
		return nil, err
	}
	return in, e.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		return access.Audit(ctx, tx, "import.export_errors", in.ID, in.FileName, nil)
	})
}

func (e *exporter) writeRefused(w http.ResponseWriter, r *http.Request, in *ent.DataImport, header []string) error {
	control := http.NewResponseController(w)
	if _, err := w.Write([]byte("\ufeff")); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(header); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	last := int64(0)
	for {
		if err := control.SetWriteDeadline(clock.Wall().Add(exportPatience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return fmt.Errorf("set deadline: %w", err)
		}
		rows, err := e.db.Ent.ImportError.Query().Where(importerror.ImportID(in.ID), importerror.IDGT(last)).
			Order(ent.Asc(importerror.FieldID)).Limit(exportPage).All(r.Context())
		if err != nil {
			return fmt.Errorf("read refused rows: %w", err)
		}
		for _, row := range rows {
			last = row.ID
			if err := out.Write([]string{strconv.Itoa(row.Row), harmless(row.Field), row.Rule, harmless(row.Value)}); err != nil {
				return fmt.Errorf("write: %w", err)
			}
		}
		out.Flush()
		if err := out.Error(); err != nil {
			return fmt.Errorf("write: %w", err)
		}
		if len(rows) < exportPage {
			return nil
		}
	}
}
