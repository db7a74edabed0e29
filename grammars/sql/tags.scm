(create_table (object_reference name: (identifier) @name) . (column_definitions) @body) @definition.table
(create_table (object_reference name: (identifier) @name) . (keyword_as)) @definition.table
(create_view (object_reference name: (identifier) @name) (create_query) @body) @definition.table
(create_materialized_view (object_reference name: (identifier) @name) (create_query) @body) @definition.table

(create_table
  (column_definitions (column_definition name: (identifier) @name) @definition.field))
(alter_table . (keyword_alter) . (keyword_table) . (object_reference name: (identifier) @owner)
  (add_column (column_definition name: (identifier) @name) @definition.field))

(create_index column: (identifier) @name) @definition.key
(create_function (object_reference name: (identifier) @name) (function_arguments) (function_body) @body) @definition.function
(create_trigger . (keyword_create) . (keyword_trigger) . (object_reference name: (identifier) @name)) @definition.function
(create_type (object_reference name: (identifier) @name)) @definition.type
(create_schema (identifier) @name) @definition.namespace
(create_sequence (object_reference name: (identifier) @name)) @definition.variable
