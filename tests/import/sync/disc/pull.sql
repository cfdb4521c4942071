select grp, pct from lgdat.disc where pct > 0
