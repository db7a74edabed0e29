(import_statement (string_value (string_content) @import.source)) @import
(import_statement (call_expression (arguments (string_value (string_content) @import.source)))) @import
(import_statement (call_expression (arguments (plain_value) @import.source))) @import
