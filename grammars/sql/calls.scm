(invocation (object_reference name: (identifier) @reference.call)) @call
(create_trigger (keyword_function) . (object_reference name: (identifier) @reference.call) @call)

; Tables.
[
  (relation (object_reference name: (identifier) @reference.type))
  (insert (object_reference name: (identifier) @reference.type))
  (from (object_reference name: (identifier) @reference.type))
  (alter_table (object_reference name: (identifier) @reference.type))
  (drop_table (object_reference name: (identifier) @reference.type))
  (drop_view (object_reference name: (identifier) @reference.type))
  (create_index (object_reference name: (identifier) @reference.type))
]
(create_trigger (keyword_on) . (object_reference name: (identifier) @reference.type))
(column_definition (keyword_references) . (object_reference name: (identifier) @reference.type))
(constraint (keyword_references) . (object_reference name: (identifier) @reference.type))

; Columns of a table or of what an alias stands for.
(field (object_reference name: (identifier) @qualifier) name: (identifier) @reference.member)
(column_definition
  (keyword_references) . (object_reference name: (identifier) @qualifier) . (identifier) @reference.member)
(constraint
  (keyword_references) . (object_reference name: (identifier) @qualifier) . (identifier) @reference.member)
(insert
  (object_reference name: (identifier) @qualifier)
  . (list (column (identifier) @reference.member)))
(object_reference schema: (identifier) @qualifier name: (identifier) @reference.path)

(assignment left: (field name: (identifier) @reference.write))
(function_language (identifier) @ignore)
