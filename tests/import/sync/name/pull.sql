select item, descr,
       uom            -- unit; "each" if blank
from lgdat.item
where descr <> 'obsolete; do not use'
