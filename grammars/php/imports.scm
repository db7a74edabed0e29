(namespace_definition name: (namespace_name) @name) @module.declaration

(namespace_use_declaration) @import
(namespace_use_declaration (namespace_name) @import.prefix body: (namespace_use_group) @import.group)
(namespace_use_clause . [(qualified_name) (name)] @import.leaf !alias)
(namespace_use_clause . [(qualified_name) (name)] @import.leaf alias: (name) @import.alias)

(require_expression (string (string_content) @import.source)) @import
(require_once_expression (string (string_content) @import.source)) @import
(include_expression (string (string_content) @import.source)) @import
(include_once_expression (string (string_content) @import.source)) @import
