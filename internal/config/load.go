package config

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/caarlos0/env/v11"
)

// Load reads the settings from environ (the form of os.Environ). Overrides have
// the same form, NAME=value, and win: the command line becomes some of them. An
// empty variable counts as one that is not set.
//
// Load says everything that cannot be read at once. What can be read but does
// not fit together is Validate's to say.
func Load(environ []string, overrides ...string) (*Config, error) {
	vars := make(map[string]string)
	for _, pair := range slices.Concat(environ, overrides) {
		if name, value, ok := strings.Cut(pair, "="); ok {
			vars[name] = value
		}
	}
	maps.DeleteFunc(vars, func(_, value string) bool { return strings.TrimSpace(value) == "" })

	problems := readSecretFiles(vars)
	c := &Config{}
	problems = append(problems, sentences(env.ParseWithOptions(c, env.Options{Environment: vars}), vars)...)
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	c.Unknown = unknown(vars)
	c.listenWhereAsked()
	return c, nil
}

// readSecretFiles puts the content of NAME_FILE into NAME for every secret.
func readSecretFiles(vars map[string]string) []error {
	var problems []error
	for _, s := range settings {
		path, given := vars[s.name+"_FILE"]
		if !s.secret || !given {
			continue
		}
		if _, both := vars[s.name]; both {
			problems = append(problems, fmt.Errorf("set either %s or %s_FILE, not both", s.name, s.name))
			continue
		}
		content, err := os.ReadFile(path)
		switch {
		case err != nil:
			problems = append(problems, fmt.Errorf("%s_FILE cannot be read: %w", s.name, err))
		case strings.TrimSpace(string(content)) == "":
			problems = append(problems, fmt.Errorf("%s_FILE names an empty file: %s", s.name, path))
		default:
			vars[s.name] = strings.TrimSpace(string(content))
		}
	}
	return problems
}

// sentences turns the parser's errors, which name Go fields, into ones that name the variable and show its value.
func sentences(err error, vars map[string]string) []error {
	if err == nil {
		return nil
	}
	var list env.AggregateError
	if !errors.As(err, &list) {
		return []error{err}
	}
	problems := make([]error, 0, len(list.Errors))
	for _, e := range list.Errors {
		if parse, ok := errors.AsType[env.ParseError](e); ok {
			if s, ok := settingOf(parse.Name); ok {
				problems = append(problems, fmt.Errorf("%s must be %s, not %q", s.name, s.kind(), vars[s.name]))
				continue
			}
		}
		problems = append(problems, e)
	}
	return problems
}

// unknown lists the TIDINGS_ variables that no setting has. TIDINGS_TEST_… belongs to the tests.
func unknown(vars map[string]string) []string {
	var names []string
	for name := range vars {
		if !strings.HasPrefix(name, "TIDINGS_") || strings.HasPrefix(name, "TIDINGS_TEST_") {
			continue
		}
		known := slices.ContainsFunc(settings, func(s setting) bool {
			return s.name == name || (s.secret && s.name+"_FILE" == name)
		})
		if !known {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// listenWhereAsked works PORT and demo mode into the address. An address it
// cannot take apart is left for Validate to refuse.
func (c *Config) listenWhereAsked() {
	host, port, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return
	}
	if c.Port != "" {
		port = c.Port
	}
	if c.Demo && host == "" {
		host = "127.0.0.1"
	}
	c.Addr = net.JoinHostPort(host, port)
}
