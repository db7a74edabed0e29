(block_mapping_pair
  key: (flow_node [(plain_scalar) (double_quote_scalar) (single_quote_scalar)] @name)
  (#not-eq? @name "<<")) @definition.key
(flow_pair
  key: (flow_node [(plain_scalar) (double_quote_scalar) (single_quote_scalar)] @name)) @definition.key

(block_node (anchor (anchor_name) @name)) @definition.variable
(flow_node (anchor (anchor_name) @name)) @definition.variable
