(package_clause (package_identifier) @name) @module.declaration

(import_spec !name
  path: (interpreted_string_literal (interpreted_string_literal_content) @import.source)
) @import
(import_spec name: (package_identifier) @import.namespace
  path: (interpreted_string_literal (interpreted_string_literal_content) @import.source)
) @import
(import_spec name: (dot) @import.glob
  path: (interpreted_string_literal (interpreted_string_literal_content) @import.source)
) @import
(import_spec name: (blank_identifier)
  path: (interpreted_string_literal (interpreted_string_literal_content) @import.source)
) @import
