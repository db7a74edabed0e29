(use_declaration (visibility_modifier)? @import.reexport) @import
(use_declaration argument: [(identifier) (scoped_identifier)] @import.leaf)
(use_list [(identifier) (scoped_identifier) (self)] @import.leaf)
(use_as_clause path: (_) @import.leaf alias: (identifier) @import.alias)
(use_wildcard (_)? @import.leaf) @import.glob
(scoped_use_list path: (_) @import.prefix list: (use_list) @import.group)

(extern_crate_declaration name: (identifier) @import.leaf alias: (identifier)? @import.alias) @import

(mod_item
  (visibility_modifier)? @export
  name: (identifier) @name
  !body) @module.declaration
