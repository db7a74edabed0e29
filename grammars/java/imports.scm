(package_declaration [(scoped_identifier) (identifier)] @name) @module.declaration

(import_declaration (scoped_identifier) @import.leaf . ";") @import
(import_declaration [(identifier) (scoped_identifier)] @import.leaf (asterisk) @import.glob) @import
