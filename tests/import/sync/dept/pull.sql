select dept, name from lgdat.dept
