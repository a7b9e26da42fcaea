package dataimport

// charset is what a file's text is written in, as far as it is known.
type charset string

const (
	undecided charset = ""
	isUTF8    charset = "UTF-8"
	isGBK     charset = "GBK"
)
