package config_test

import (
	"bytes"
	"encoding/base64"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/internal/config"
	"tidings/internal/golden"
)

var goodKey = base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))

func load(t *testing.T, environ ...string) *config.Config {
	t.Helper()
	c, err := config.Load(environ)
	require.NoError(t, err)
	return c
}

func TestLoad(t *testing.T) {
	t.Parallel()

	t.Run("nothing set: the defaults of the design", func(t *testing.T) {
		t.Parallel()
		c := load(t)
		require.Equal(t, ":8080", c.Addr)
		require.False(t, c.UsesPostgres())
		require.Equal(t, "https://api.weixin.qq.com", c.WechatBase(c.Addr))
		require.Equal(t, config.AllQueues(), c.Queues)
		require.Equal(t, 8*time.Second, c.ShutdownTimeout)
		require.Equal(t, slog.LevelInfo, c.LogLevel)
	})
	t.Run("PORT changes the port and nothing else", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, ":9000", load(t, "PORT=9000").Addr)
		require.Equal(t, "10.0.0.1:9000", load(t, "PORT=9000", "TIDINGS_ADDR=10.0.0.1:80").Addr)
	})
	t.Run("demo mode listens on this machine only and uses its own sandbox", func(t *testing.T) {
		t.Parallel()
		c := load(t, "TIDINGS_DEMO=1")
		require.Equal(t, "127.0.0.1:8080", c.Addr)
		require.Equal(t, "http://127.0.0.1:4321/sandbox/wechat", c.WechatBase("127.0.0.1:4321"))
		require.NoError(t, c.Validate())
	})
	t.Run("overrides win over the environment", func(t *testing.T) {
		t.Parallel()
		c, err := config.Load([]string{"TIDINGS_QUEUES=normal"}, "TIDINGS_QUEUES=notice,urgent", "TIDINGS_CONSOLE=false")
		require.NoError(t, err)
		require.Equal(t, []string{"notice", "urgent"}, c.Queues)
		require.False(t, c.Console)
	})
	t.Run("a secret is read from the file that NAME_FILE names", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "url")
		require.NoError(t, os.WriteFile(path, []byte("postgres://u:p@db/tidings\n"), 0o600))
		require.Equal(t, "postgres://u:p@db/tidings", load(t, "TIDINGS_DATABASE_URL_FILE="+path).DatabaseURL)
	})
	t.Run("an empty variable counts as not set", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, ":8080", load(t, "TIDINGS_ADDR=", "TIDINGS_SHUTDOWN_TIMEOUT=").Addr)
	})
	t.Run("a variable that is no setting is told, the tests' own are not", func(t *testing.T) {
		t.Parallel()
		c := load(t, "TIDINGS_REDIS_ULR=x", "TIDINGS_TEST_BINARY=y", "TIDINGS_SECRET_KEY="+goodKey)
		require.Equal(t, []string{"TIDINGS_REDIS_ULR"}, c.Unknown)
	})
	t.Run("the log shows the settings but no secret", func(t *testing.T) {
		t.Parallel()
		c := load(t, "TIDINGS_SECRET_KEY="+goodKey, "TIDINGS_DATABASE_URL=postgres://u:hidden@db/t")
		var out bytes.Buffer
		slog.New(slog.NewTextHandler(&out, nil)).Info("settings", slog.Any("config", c))
		require.Contains(t, out.String(), "TIDINGS_ADDR=:8080")
		require.Contains(t, out.String(), "TIDINGS_SECRET_KEY=set")
		require.NotContains(t, out.String(), goodKey)
		require.NotContains(t, out.String(), "hidden")
	})
}

// Each file of testdata is one mistake: the environment, a line of dashes, and the sentences an operator reads.
func TestMistakes(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.ReplaceAll(strings.TrimSuffix(filepath.Base(file), ".txt"), "_", " "), func(t *testing.T) {
			t.Parallel()
			content, err := os.ReadFile(file)
			require.NoError(t, err)
			environment, _, ok := strings.Cut(string(content), "---\n")
			require.True(t, ok, "a line of dashes between environment and sentences")
			c, err := config.Load(strings.Split(strings.TrimSpace(environment), "\n"))
			if err == nil {
				err = c.Validate()
			}
			require.Error(t, err)
			golden.Equal(t, environment+"---\n"+err.Error()+"\n", file)
		})
	}
}

func TestValidateShared(t *testing.T) {
	t.Parallel()
	c := load(t, "TIDINGS_SECRET_KEY="+goodKey)
	require.NoError(t, c.Validate())
	err := c.ValidateShared()
	require.ErrorContains(t, err, "TIDINGS_DATABASE_URL is required")
	require.ErrorContains(t, err, "TIDINGS_REDIS_URL is required")

	c = load(t, "TIDINGS_SECRET_KEY="+goodKey, "TIDINGS_DATABASE_URL=postgres://db/t", "TIDINGS_REDIS_URL=redis+cluster://a:1,b:2")
	require.NoError(t, c.ValidateShared())
}

func TestSecretKeys(t *testing.T) {
	t.Parallel()

	t.Run("base64, URL-safe, hex, and several", func(t *testing.T) {
		t.Parallel()
		raw := bytes.Repeat([]byte{0xfb}, 32)
		c := load(t, "TIDINGS_SECRET_KEY="+base64.RawURLEncoding.EncodeToString(raw)+", "+goodKey+","+strings.Repeat("0a", 32))
		keys, err := c.SecretKeys()
		require.NoError(t, err)
		require.Equal(t, [][]byte{raw, bytes.Repeat([]byte{7}, 32), bytes.Repeat([]byte{10}, 32)}, keys)
	})
	t.Run("demo mode makes one, keeps it readable by the owner alone, and all processes agree on it", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(t.TempDir(), "data")
		c := load(t, "TIDINGS_DEMO=true", "TIDINGS_DATA_DIR="+dir)
		const processes = 8
		got := make([][][]byte, processes)
		var wg sync.WaitGroup
		for i := range processes {
			wg.Go(func() {
				keys, err := c.SecretKeys()
				if err == nil {
					got[i] = keys
				}
			})
		}
		wg.Wait()
		for _, keys := range got {
			require.Len(t, keys, 1)
			require.Equal(t, got[0], keys)
		}
		info, err := os.Stat(filepath.Join(dir, "secret.key"))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
		files, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Len(t, files, 1, "no temporary file is left")
	})
	t.Run("a damaged demo key is told, not replaced", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "secret.key"), []byte("half"), 0o600))
		_, err := load(t, "TIDINGS_DEMO=true", "TIDINGS_DATA_DIR="+dir).SecretKeys()
		require.ErrorContains(t, err, "does not hold a key")
	})
}

func TestReferencePageIsFresh(t *testing.T) {
	t.Parallel()
	golden.Equal(t, config.Reference(), "../../docs/configuration.md")
}
