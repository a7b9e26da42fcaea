package sandbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"tidings/internal/sandbox"
)

// BenchmarkSend is one accepted send without the network. The figure includes
// the recorder's request and answer.
func BenchmarkSend(b *testing.B) {
	s := sandbox.New(sandbox.Options{Apps: []sandbox.App{{ID: appID, Secret: secret, Templates: sandbox.DemoTemplates()}}, DefaultGrants: 1 << 20})
	defer s.Close()
	h := s.Handler()
	var out struct {
		Token string `json:"access_token"`
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/sandbox/wechat/cgi-bin/stable_token", //nolint:noctx // a recorder's request
		bytes.NewBufferString(fmt.Sprintf(`{"grant_type":"client_credential","appid":%q,"secret":%q}`, appID, secret))))
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		b.Fatal(err)
	}
	m := fine(openid(1))
	delete(m, "page")
	raw, err := json.Marshal(m)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, pathSend+"?access_token="+out.Token, bytes.NewReader(raw))) //nolint:noctx // a recorder's request
			if !bytes.HasPrefix(w.Body.Bytes(), []byte(`{"errcode":0,`)) {
				b.Errorf("%s", w.Body)
				return
			}
		}
	})
}
