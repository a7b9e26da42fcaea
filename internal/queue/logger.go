package queue

import (
	"fmt"
	"log/slog"
)

// logger turns asynq's log into ours. What asynq finds worth an info line,
// starting and stopping its parts, is for debugging here.
type logger struct{ log *slog.Logger }

func (l logger) Debug(args ...any) { l.log.Debug("asynq", message(args)) }
func (l logger) Info(args ...any)  { l.log.Debug("asynq", message(args)) }
func (l logger) Warn(args ...any)  { l.log.Warn("asynq", message(args)) }
func (l logger) Error(args ...any) { l.log.Error("asynq", message(args)) }

// Fatal does not end the process: that is for its owner to decide.
func (l logger) Fatal(args ...any) { l.log.Error("asynq", message(args)) }

func message(args []any) slog.Attr { return slog.String("message", fmt.Sprint(args...)) }
