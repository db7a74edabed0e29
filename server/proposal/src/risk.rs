//! How dangerous a change is, and whether it has to be shown first.

use settings::Preview;
use vfs::SourceChange;

use crate::Risk;

/// True where the user has to see `change` before it is applied: as `policy` says, and always where
/// it touches `.aios/`, the product's own behaviour.
pub fn needs_preview(risk: &Risk, policy: Preview, change: &SourceChange) -> bool {
    let _ = (risk, policy, change);
    todo!()
}
