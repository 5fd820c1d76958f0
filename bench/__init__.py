"""What the product is measured by: for each goal the limit of the machine, then ours, in turns; ratios count."""
