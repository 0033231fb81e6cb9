"""What the Evaluation tab does: texts under the microscope, models compared, what that took."""
