; `using A.B;` makes every type of the namespace visible, `using static A.B;` every member of the type.
(using_directive !name (identifier) @import.leaf @import.glob) @import
(using_directive !name (qualified_name) @import.leaf @import.glob) @import
(using_directive name: (identifier) @import.alias [(identifier) (qualified_name)] @import.leaf .) @import

(namespace_declaration name: (_) @name) @module.declaration
(file_scoped_namespace_declaration name: (_) @name) @module.declaration
; What one file takes for all of them.
(using_directive "global") @import @import.reexport
