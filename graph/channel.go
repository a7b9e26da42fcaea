package graph

import (
	"encoding/json"
	"fmt"

	"tidings/ent"
	"tidings/graph/model"
	"tidings/outreach/channel/registry"
	"tidings/outreach/render"
)

func channelInput(in model.ChannelInput) registry.Input {
	return registry.Input{
		Name: in.Name, AppID: in.AppID, Secret: in.Secret, OriginalID: in.OriginalID, QPSLimit: in.QPSLimit,
		ProgramState: in.ProgramState, Lang: in.Lang, H5Page: in.H5Page, RelayPage: in.RelayPage, Enabled: in.Enabled,
	}
}

// templateFields are a template's parameters with the rules of their kinds.
func templateFields(t *ent.Template) ([]*model.TemplateField, error) {
	var fields []render.Field
	if err := json.Unmarshal(t.Fields, &fields); err != nil {
		return nil, fmt.Errorf("fields of %s: %w", t.ID, err)
	}
	out := make([]*model.TemplateField, len(fields))
	for i, f := range fields {
		out[i] = &model.TemplateField{
			Key: f.Key, Label: f.Label, Kind: f.Kind, Enum: append([]string{}, f.Enum...), Truncatable: render.CanTruncate(f.Kind),
		}
		if limit := render.Limit(f.Kind); limit > 0 {
			out[i].MaxLength = &limit
		}
	}
	return out, nil
}
