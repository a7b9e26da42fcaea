package compile

import "errors"

var errNotReady = errors.New("not ready")
