package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
)

// costed puts a price on fields: a connection costs its nodes times what is
// asked of each, most other fields one. 15,000 in all allow a page of 200 tasks
// with 70 fields each, or 20 tasks with 20 runs and their funnels.
type costed struct{ graphql.ExecutableSchema }

// Prices of fields that cost more than they look.
const (
	costOfDeliveries = 1_000 // may read through a run
	costOfProgress   = 5     // two sums, shared by the tasks of a page
	costOfPage       = 50    // a query of its own for each object
	costOfCommand    = 100   // a transaction
	costOfCall       = 1_000 // a call to the channel's provider
	costOfCount      = 100   // reads everybody with an ID of the channel
	costOfUses       = 20    // lists up to fifty
)

var prices = map[string]int{
	"Task.deliveries": costOfDeliveries,
	"Task.progress":   costOfProgress,
	"Run.progress":    costOfProgress,

	"Task.standing": costOfPage,

	"Person.deliveries":   costOfDeliveries, // looks into many runs
	"Person.segments":     costOfDeliveries, // reads the members of segments
	"Person.events":       costOfPage,
	"EventType.counts":    costOfPage,
	"DetailTable.sample":  costOfPage,
	"Query.suggestValues": costOfDeliveries, // looks through ten thousand records

	"Segment.reachable":      costOfCount,
	"Segment.members":        costOfUses,
	"Segment.tasks":          costOfUses,
	"Segment.usedBy":         costOfUses,
	"Segment.trend":          costOfProgress,
	"Query.estimateAudience": costOfCall,

	"Mutation.createChannel": costOfCall,
	"Mutation.updateChannel": costOfCall,
	"Mutation.testChannel":   costOfCall,
	"Mutation.syncTemplates": costOfCall,
}

// Complexity is the price of one field with its children's.
func (c costed) Complexity(_ context.Context, typeName, field string, child int, args map[string]any) (int, bool) {
	own, priced := prices[typeName+"."+field]
	if !priced {
		own = 1
		if typeName == "Mutation" {
			own = costOfCommand
		}
	}
	times := int64(1)
	if first, ok := number(args["first"]); ok {
		times = first
	} else if last, ok := number(args["last"]); ok {
		times = last
	} else if ids, ok := args["ids"].([]any); ok {
		times = int64(len(ids))
	}
	times = min(max(times, 1), maxListInput)
	return saturating(own, int(min(times*int64(child), 1<<30))), true
}
