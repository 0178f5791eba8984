package story_test

// shapes are the lines of docs/commands.md: the fields in the contract's order.
// A name with ? may be absent. Types: id and hex (64 lower-case hex digits),
// str, text (a string that is not empty), n (a whole number from 0), num, bool,
// time, any, obj, hits ([[start,end]]), a value, a|b|c, [type], or the name of
// another shape.
var shapes = map[string]string{
	"error":   "v:1 error:problem",
	"problem": "code:text message:text next:text exit:n",

	"init":  "v:1 notebook:id person:id device:id recovery:written",
	"enrol": "v:1 council:id person:id role:worker|lead|admin|records team:text",

	"import.row":     "v:1 row:n line:n status:refused|conflict|lossy field?:text code:text",
	"import.summary": "v:1 summary:true rows:n created:n changed:n unchanged:n conflicts:n refused:n",

	"record":         "v:1 line:n ack:id entries:[record.entry] ref?:text",
	"record.entry":   "id:id case:text",
	"record.refused": "v:1 line:n refused:text field?:text",

	"list": "v:1 case:id ref:text name:text status:str entries:n last:time",
	"list.entries": "v:1 id:id case:id ref:text kind:text lane:id seq:n author:id written:time occurred?:time received?:time " +
		"state:local|sending|council|opened|held|refused sha256:hex",
	"list.damaged": "v:1 id:id case:id ref?:text state:any damaged:true",

	"show":          "v:1 id:id case:id kind:text payload:obj sha256:hex amendments:[id] conflicts:[show.conflict]",
	"show.conflict": "field:text values:[show.value]",
	"show.value":    "value:any entry:id",

	"search":       "v:1 entry:id case:id kind:text score:num snippet:text hits:hits",
	"ack":          "v:1 ack:id target:id",
	"draft":        "v:1 draft:id kind:text children:[text] changed:time words:n",
	"sync":         "v:1 pushed:n pulled:n dup:n held:n refused:[sync.refused] queued:n cases:n complete_to?:time warnings:[text] blobs_sent?:n blobs_fetched?:n blobs_waiting?:n",
	"export":       "v:1 file:text bytes:n sha256:hex audit:id complete_to:time pages:n",
	"repair":       "v:1 entries:n rebuilt:bool quarantined:[text]",
	"passphrase":   "v:1 changed:true",
	"rehearse":     "v:1 rehearsed:true",
	"backup":       "v:1 file:text bytes:n sha256:id entries:n tip:n expires:time backup:id drafts:n",
	"backup.check": "v:1 ok:bool entries:n created?:time expires?:time damaged:[verify.damaged] notebook?:id backup?:id drafts:n expired?:bool",
	"backup.drill": "v:1 ok:bool entries:n seconds:num drafts:n damaged:[verify.damaged]",
	"restore":      "v:1 notebook:id entries:n drafts:n made:time damaged?:n",
	"version":      "v:1 version:text commit:text go:text formats:formats",
	"formats":      "entry:n keyfile:n journal:n wire:n",

	"attach":      "v:1 ack:id target:text blob:id size:n sha256:hex cleaned:[text] duplicate:bool",
	"attachments": "v:1 id:id case:id ref:text target?:id name:text media:text size:n sha256:hex blob:id caption?:text taken?:time cleaned:[text] written:time state:str thumb:bool",
	"attachment":  "v:1 file:text bytes:n sha256:hex audit:id",

	"sync.refused": "id:id code:text",

	"retention":          "v:1 case:id ref:text class:[text] closed?:text due?:text due_settled:bool due_reason:text holds:[retention.hold] proposal?:retention.proposal ready:bool lacks?:text",
	"retention.hold":     "id:id reason:text until?:text person:id released:bool in_force:bool",
	"retention.proposal": "id:id basis:text reason:text written:time approved:[text]",
	"step":               "v:1 ack:id ref:text step:hold|release|propose|approve|refuse",
	"disposed": "v:1 case:id status:disposed|approved proposal:id basis:text by:[text] carried_out_by?:id at?:time done:bool complete?:time " +
		"reason_hash?:hex reason_nonce?:text",

	"verify":         "v:1 entries:n ok:bool damaged:[verify.damaged] missing:[verify.missing] conflicts:n heads:[verify.head] view:ok|stale|rebuildable",
	"verify.damaged": "file:text segment?:n entry?:id case?:id reason:text",
	"verify.missing": "lane:id seq:n case:id",
	"verify.head":    "case:id seq:n hash:hex",

	"status": "v:1 notebook:id enrolled:bool council?:id role?:text entries:n local:n sending:n council_has:n held:n " +
		"refused:n drafts:n last_sync?:time complete_to?:time readonly:bool workers:[status.worker] swap?:none|encrypted|open warnings?:[text] healed?:bool damaged?:n carry_out?:n",
	"status.worker": "person:id last?:time",

	"ready":                   "v:1 ready:true listen:text admin:text pid:n council:id",
	"endpoint.init":           "v:1 council:id root_fingerprint:hex url:text ca:text",
	"endpoint.invite":         "v:1 invitation:id person:id role:worker|lead|admin|records team:text expires:time file:text",
	"endpoint.verify":         "v:1 entries:n ok:bool damaged:[endpoint.verify.damaged] cases:n",
	"endpoint.verify.damaged": "file?:text case?:id entry?:id seq?:n reason:text",
}
