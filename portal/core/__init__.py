"""What every feature stands on: database, files, jobs, mail, forms, pages. It knows no feature and no rule of a group."""
